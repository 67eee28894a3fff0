// A table of the labels of an info metric. Its value is always 1 and is hidden.
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
  readonly empty: string
}

export const infoTable = ({ expr, ...spec }: InfoTable): PanelBuilder =>
  table({ ...spec, columns: [{ name: 'Value', expr, unit: NoUnit }], labelsOnly: true })
