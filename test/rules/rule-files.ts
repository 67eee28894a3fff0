// The product's rule files, parsed.
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { root } from './checkers.ts'

export interface Alert {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly keep_firing_for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface RecordingRule {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}

interface Group {
  readonly name: string
  readonly rules: readonly (Alert | RecordingRule)[]
}

const directory = `${root}alerts/`

/** The absolute path of every rule file, without the example of declared tiers. */
export const ruleFiles: readonly string[] = readdirSync(directory)
  .filter((name) => name.endsWith('.rules.yaml'))
  .map((name) => directory + name)

export const tiersExample = `${directory}tiers.rules.yaml.example`

const groups = [...ruleFiles, tiersExample].flatMap(
  (file) => (parse(readFileSync(file, 'utf8')) as { groups: Group[] }).groups,
)
const rules = groups.flatMap((group) => group.rules)

export const alerts: readonly Alert[] = rules.filter((rule) => 'alert' in rule)
export const recordingRules: readonly RecordingRule[] = rules.filter((rule) => 'record' in rule)
