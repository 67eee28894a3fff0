// The thresholds of alerts/settings.rules.yaml. Lines in graphs use the recorded series and follow a change at once.
// Colours use the number at build time, because Grafana accepts only constants for them.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

const file = new URL('../alerts/settings.rules.yaml', import.meta.url)

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly { readonly record?: string; readonly expr: string }[]
  }[]
}

const settings = (parse(readFileSync(file, 'utf8')) as RuleFile).groups.flatMap(({ rules }) => rules)

export type Threshold = `kvminfo:${string}:threshold`

export const threshold = (name: string): Threshold => `kvminfo:${name}:threshold`

export function thresholdNow(name: string): number {
  const rule = settings.find(({ record }) => record === threshold(name))
  const value = Number(/^vector\((.+)\)$/.exec(rule?.expr ?? '')?.[1] ?? Number.NaN)
  if (Number.isNaN(value))
    throw new Error(`${file.pathname}: expected vector(<number>) as the expression of ${threshold(name)}`)
  return value
}
