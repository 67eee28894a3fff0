// What every dashboard has besides its panels: variables, annotations, links and the grid.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type Panel,
  type QueryVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { alerts, remediations, runs } from './annotations.ts'
import { tag, toAll, type uids } from './links.ts'
import { fitNames } from './style/names.ts'
import { fitColumns } from './style/table.ts'
import { datasourceVariable, exporterVariables } from './variables.ts'

interface Sized extends Builder<Panel> {
  span(width: number): this
  height(height: number): this
}

export interface Frame {
  readonly uid: (typeof uids)[keyof typeof uids]
  readonly title: string
  readonly description: string
  /** The start of the time range when the dashboard opens, such as now-6h. */
  readonly from: string
  /** Those of the exporter's hosts and VMs unless given. */
  readonly variables?: readonly QueryVariableBuilder[]
  /** The panels of each row, by the title of the row. Their widths add up to one or more full lines of 24. */
  readonly rows: Readonly<Record<string, readonly Builder<Panel>[]>>
}

/** A panel of this size; the grid is 24 wide, a unit of height is 30 pixels. */
export const at = (width: number, height: number, panel: Sized): Builder<Panel> =>
  panel.span(width).height(height)

export function frame(spec: Frame): Dashboard {
  const builder = new DashboardBuilder(`KVM / ${spec.title}`)
    .uid(spec.uid)
    .description(spec.description)
    .tags([tag])
    .readonly()
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: spec.from, to: 'now' })
    .refresh('1m')
    .variables([datasourceVariable, ...(spec.variables ?? exporterVariables)])
    .annotations([alerts, remediations, runs])
    .link(toAll)
  for (const [title, panels] of Object.entries(spec.rows)) {
    builder.withRow(new RowBuilder(title))
    for (const panel of panels) builder.withPanel(panel)
  }
  const dashboard = builder.build()
  for (const [index, panel] of (dashboard.panels ?? []).entries()) {
    // Links to a single panel use its id, so Grafana must not choose one.
    panel.id = index + 1
    if (panel.type !== 'row') fitToWidth(panel as Panel)
  }
  // The SDK's default hides links and annotations in a menu.
  for (const shown of [...(dashboard.links ?? []), ...(dashboard.annotations.list ?? [])])
    delete shown.placement
  return dashboard
}

/** Only here is the width of a panel known. */
function fitToWidth(panel: Panel): void {
  const names = fitNames(panel)
  if (names.length > 0) panel.transformations = [...(panel.transformations ?? []), ...names]
  if (panel.type === 'table') fitColumns(panel)
}
