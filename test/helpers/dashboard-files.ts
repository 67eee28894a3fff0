// The committed dashboards, and their queries with the variables filled in.
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'

const directory = new URL('../../dashboards/out/', import.meta.url)

export interface DashboardFile {
  /** The name of the file without .json. */
  readonly name: string
  readonly text: string
  readonly dashboard: Dashboard
  /** Without rows. */
  readonly panels: readonly Panel[]
}

export interface Target {
  readonly refId: string
  readonly expr: string
  /** True if the query asks only for the value at the end of the time range. */
  readonly instant?: boolean
  readonly datasource?: { readonly type?: string; readonly uid?: string }
}

export const targetsOf = (panel: Panel): Target[] => (panel.targets ?? []) as unknown as Target[]

export function dashboardFiles(): DashboardFile[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const text = readFileSync(new URL(file, directory), 'utf8')
      const dashboard = JSON.parse(text) as Dashboard
      const panels = (dashboard.panels ?? []).filter((panel): panel is Panel => panel.type !== 'row')
      return { name: basename(file, '.json'), text, dashboard, panels }
    })
}

/** Replaces $name like Grafana. The longest name comes first, because a name may begin with another name. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  const names = Object.keys(values).sort((a, b) => b.length - a.length)
  return names.reduce((filled, name) => filled.replaceAll(`$${name}`, values[name]!), text)
}
