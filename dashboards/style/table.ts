// A table: one row per host, VM or device, one query per column.

import { TableCellDisplayMode, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common'
import type {
  DashboardLinkBuilder,
  DataTransformerConfig,
  DynamicConfigValue,
  Panel,
  ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { nothing } from './mappings.ts'
import { gridColumnPixels } from './names.ts'
import { datasource, nowAsTable, refId } from './prometheus.ts'
import { plain, type Steps, stepsConfig } from './steps.ts'

interface Column {
  readonly name: string
  /** Must keep the labels of the table. Other labels, such as those from a scrape configuration, are aggregated away. */
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
  /** The heading of each label, in the order of the columns. Cells with equal labels form a row. */
  readonly labels: Readonly<Record<string, string>>
  readonly columns: readonly Column[]
  readonly sortBy?: { readonly name: string; readonly descending: boolean }
  /** The link of the cells of a label, by its heading. */
  readonly links?: Readonly<Record<string, DashboardLinkBuilder>>
  /** Pixels for labels whose values are long, by heading. */
  readonly widths?: Readonly<Record<string, number>>
  /** Shown instead of the table if it has no row, with the likely reason. */
  readonly empty: string
  /** Shown in a cell without a value. */
  readonly noValue?: string
  /** Hides the values, because those of an info metric are always 1. */
  readonly labelsOnly?: boolean
}

/** Grafana's default of 150 would push columns out of sight. */
const leastColumnPixels = 70

/** Hidden, because they say nothing in a table. The job still keeps rows apart. */
const unwanted = ['Time', 'job']

export function table(spec: Table): PanelBuilder {
  const { columns, labels, links = {}, widths = {}, labelsOnly = false } = spec
  const noValue = spec.noValue ?? '–'
  // Grafana names the value of a single query "Value", those of several queries "Value #A" and so on.
  const hasOneQuery = columns.length === 1
  const queryValue = (index: number): string => (hasOneQuery ? 'Value' : `Value #${refId(index)}`)
  const valueName = (index: number): string => (hasOneQuery ? 'Value' : `${queryValue(index)} (${only})`)
  const values = columns.map(({ name }, index) => [valueName(index), name] as const)
  const names = { ...labels, ...(labelsOnly ? {} : Object.fromEntries(values)) }
  const left = [...unwanted, ...(labelsOnly ? values.map(([name]) => name) : [])]
  const rowLabels = ['job', ...Object.keys(labels)]
  const panel = new PanelBuilder()
    .title(spec.title)
    .description(spec.description)
    .datasource(datasource)
    // For labels: with any other unit Grafana formats what looks like a number, such as a PID, in links too.
    .unit(units.String)
    .noValue(spec.empty)
    .thresholds(stepsConfig(plain))
    .filterable(true)
    .minWidth(leastColumnPixels)
    .targets(
      columns.map(({ expr }, index) => nowAsTable(`max by (${rowLabels.join(', ')}) (${expr})`, index)),
    )
    .withTransformation({ id: 'merge', options: {} })
  if (!hasOneQuery)
    panel.withTransformation(
      onlyRows(
        rowLabels,
        columns.map((_, index) => queryValue(index)),
      ),
    )
  panel.withTransformation({
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(left.map((name) => [name, true])),
      indexByName: Object.fromEntries(Object.keys(names).map((name, index) => [name, index])),
      renameByName: names,
    },
  })
  if (!labelsOnly)
    for (const column of columns) panel.overrideByName(column.name, columnStyle(column, noValue))
  // A cell of a label that a row does not have is empty and has no link.
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

/** The value of a group of one row. */
const only = 'lastNotNull'

/**
 * Removes the columns if there are no rows, so that Grafana shows the text for an empty table. For several queries
 * without an answer, Grafana's data source for Prometheus makes columns of time and value but not of labels, and merge
 * keeps them: headings without VM and Host over nothing. Grouping drops a table that has none of the labels. Otherwise
 * each row is a group of its own, because the labels identify it.
 */
const onlyRows = (labels: readonly string[], values: readonly string[]): DataTransformerConfig => ({
  id: 'groupBy',
  options: {
    fields: {
      ...Object.fromEntries(labels.map((name) => [name, { operation: 'groupby', aggregations: [] }])),
      ...Object.fromEntries(values.map((name) => [name, { operation: 'aggregate', aggregations: [only] }])),
    },
  },
})

/** The width of the columns that hold long names, in parts of the table's. The other columns share the rest equally. */
const ofFewValues: Readonly<Record<string, number>> = { VM: 0.25, Host: 0.18 }
const ofManyValues: Readonly<Record<string, number>> = { VM: 0.18, Host: 0.12 }
const many = 5

/** Sets the widths of the columns of names. The panel must have its place in the grid. */
export function fitColumns(panel: Panel): void {
  const renamed = panel.transformations?.find(({ id }) => id === 'organize')?.options.renameByName ?? {}
  const headings: readonly string[] = Object.values(renamed)
  const parts = (panel.targets ?? []).length < many ? ofFewValues : ofManyValues
  for (const [name, part] of Object.entries(parts)) {
    // In a table of few columns an equal share is wider.
    if (!headings.includes(name) || part < 1 / headings.length) continue
    const value = Math.round((panel.gridPos?.w ?? 0) * gridColumnPixels * part)
    panel.fieldConfig?.overrides.push({
      matcher: { id: 'byName', options: name },
      properties: [{ id: 'custom.width', value }],
    })
  }
}

function columnStyle(
  { unit, decimals, steps, mappings = [] }: Column,
  noValue: string,
): DynamicConfigValue[] {
  const style: DynamicConfigValue[] = [
    { id: 'unit', value: unit },
    { id: 'noValue', value: noValue },
  ]
  if (decimals !== undefined) style.push({ id: 'decimals', value: decimals })
  if (steps !== undefined) style.push({ id: 'thresholds', value: stepsConfig(steps).build() })
  if (steps !== undefined || mappings.length > 0) {
    style.push({ id: 'mappings', value: [...mappings, nothing(noValue)] })
    style.push({ id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } })
  }
  return style
}
