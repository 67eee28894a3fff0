// The metric names that an expression or a runbook may use: those that the programs serve and the rules record.
import { catalog } from '../../src/metrics/catalog.ts'
import { remediationCatalog } from '../../src/metrics/remediation.ts'
import { recordingRules } from './rule-files.ts'

/** Our metric names in any text: `kvminfo_…`, `level:kvminfo_…:operation` and `kvminfo:…:…`. */
export function metricNamesIn(text: string): string[] {
  const names = text.match(/(?<![\w:./-])(?:[a-z]+:)?kvminfo(?:_\w+|:\w+)(?::\w+)?/g) ?? []
  return [...new Set(names)]
}

const servedNames: ReadonlySet<string> = new Set([...catalog, ...remediationCatalog].map(({ name }) => name))
export const recordedNames: ReadonlySet<string> = new Set(recordingRules.map(({ record }) => record))

export function unknownNamesIn(text: string): string[] {
  return metricNamesIn(text).filter((name) => !servedNames.has(name) && !recordedNames.has(name))
}
