// A table of what an info metric's labels say; its value, always 1, is not shown.
import type { DashboardLinkBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/table'
import { NoUnit } from '@grafana/grafana-foundation-sdk/units'
import { table } from './table.ts'

interface InfoTable {
  readonly title: string
  readonly description: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly links?: Readonly<Record<string, DashboardLinkBuilder>>
  readonly widths?: Readonly<Record<string, number>>
  readonly noValue?: string
}

export const infoTable = ({ expr, ...spec }: InfoTable): PanelBuilder =>
  table({ ...spec, columns: [{ name: 'Value', expr, unit: NoUnit }], labelsOnly: true })
