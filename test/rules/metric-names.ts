// Which names a PromQL expression or a runbook may use: what the exporter serves and what the rules record.
import { catalog } from '../../src/metrics/catalog.ts'
import { recordingRules } from './rule-files.ts'

/** Names of ours in any text: `kvminfo_…`, or a record's `level:kvminfo_…:operation` and `kvminfo:…:…`. */
export function metricNamesIn(text: string): string[] {
  const names = text.match(/(?<![\w:./-])(?:[a-z]+:)?kvminfo(?:_\w+|:\w+)(?::\w+)?/g) ?? []
  return [...new Set(names)]
}

const servedNames: ReadonlySet<string> = new Set(catalog.map(({ name }) => name))
export const recordedNames: ReadonlySet<string> = new Set(recordingRules.map(({ record }) => record))

export function unknownNamesIn(text: string): string[] {
  return metricNamesIn(text).filter((name) => !servedNames.has(name) && !recordedNames.has(name))
}
