// A table: one row per host, VM or device, one query per column.

import { TableCellDisplayMode, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common'
import type {
  DashboardLinkBuilder,
  DynamicConfigValue,
  ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { nothing } from './mappings.ts'
import { datasource, nowAsTable, refId } from './prometheus.ts'
import { plain, type Steps, stepsConfig } from './steps.ts'

interface Column {
  readonly name: string
  /** Must keep the labels of the table; others, such as a scrape configuration adds, are aggregated away. */
  readonly expr: string
  readonly unit: string
  readonly decimals?: number
  /** Colours the cell. */
  readonly steps?: Steps
  readonly mappings?: readonly ValueMapping[]
}

export interface Table {
  readonly title: string
  readonly description: string
  /** What each label is called as a column, in their order. Rows are merged by them. */
  readonly labels: Readonly<Record<string, string>>
  readonly columns: readonly Column[]
  readonly sortBy?: { readonly name: string; readonly descending: boolean }
  /** Links of a label's cells, by what the label is called. */
  readonly links?: Readonly<Record<string, DashboardLinkBuilder>>
  /** Pixels for labels whose values are long, by what the label is called. */
  readonly widths?: Readonly<Record<string, number>>
  /** Where a row has no value. A table of a single query says it too where there is no row at all. */
  readonly noValue?: string
  /** Leaves the values out: those of an info metric are always 1. */
  readonly labelsOnly?: boolean
}

/** Grafana's own 150 would put columns out of sight. */
const leastColumnPixels = 70

/** Grafana shows these unless told otherwise; they say nothing in a table. The job tells rows apart all the same. */
const unwanted = ['Time', 'job']

export function table(spec: Table): PanelBuilder {
  const { columns, labels, links = {}, widths = {}, labelsOnly = false } = spec
  const noValue = spec.noValue ?? '–'
  // Grafana calls the value of a single query "Value", those of several "Value #A" and so on.
  const valueName = (index: number): string => (columns.length === 1 ? 'Value' : `Value #${refId(index)}`)
  const values = columns.map(({ name }, index) => [valueName(index), name] as const)
  const names = { ...labels, ...(labelsOnly ? {} : Object.fromEntries(values)) }
  const left = [...unwanted, ...(labelsOnly ? values.map(([name]) => name) : [])]
  const rowLabels = ['job', ...Object.keys(labels)].join(', ')
  const panel = new PanelBuilder()
    .title(spec.title)
    .description(spec.description)
    .datasource(datasource)
    // Of labels: Grafana formats what looks like a number, such as a PID, by any other unit, in links too.
    .unit(units.String)
    .noValue(noValue)
    .thresholds(stepsConfig(plain))
    .filterable(true)
    .minWidth(leastColumnPixels)
    .targets(columns.map(({ expr }, index) => nowAsTable(`max by (${rowLabels}) (${expr})`, index)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(left.map((name) => [name, true])),
        indexByName: Object.fromEntries(Object.keys(names).map((name, index) => [name, index])),
        renameByName: names,
      },
    })
  if (!labelsOnly)
    for (const column of columns) panel.overrideByName(column.name, columnStyle(column, noValue))
  // A label that a row does not have stays empty, and so has no link.
  panel.overrideByFieldType('string', [{ id: 'noValue', value: '' }])
  for (const [name, link] of Object.entries(links)) {
    panel.overrideByName(name, [{ id: 'links', value: [link.build()] }])
  }
  for (const [name, width] of Object.entries(widths)) {
    panel.overrideByName(name, [{ id: 'custom.width', value: width }])
  }
  if (spec.sortBy) {
    panel.sortBy([
      new TableSortByFieldStateBuilder().displayName(spec.sortBy.name).desc(spec.sortBy.descending),
    ])
  }
  return panel
}

function columnStyle(
  { unit, decimals, steps, mappings = [] }: Column,
  noValue: string,
): DynamicConfigValue[] {
  const style: DynamicConfigValue[] = [{ id: 'unit', value: unit }]
  if (decimals !== undefined) style.push({ id: 'decimals', value: decimals })
  if (steps !== undefined) style.push({ id: 'thresholds', value: stepsConfig(steps).build() })
  if (steps !== undefined || mappings.length > 0) {
    style.push({ id: 'mappings', value: [...mappings, nothing(noValue)] })
    style.push({ id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } })
  }
  return style
}
