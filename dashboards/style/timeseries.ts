// A graph over time as all dashboards draw it. It does not bridge gaps, so a VM that was not there has no line.

import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import type { DashboardLinkBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { type Threshold, threshold } from '../thresholds.ts'
import { datasource, overTime } from './prometheus.ts'
import { plain, stepsConfig } from './steps.ts'

interface Line {
  readonly expr: string
  /** The name of the series; Prometheus labels are in double braces. It ends with the names of VM and host. */
  readonly legend: string
}

/** A dashed line at a threshold of the rules. */
interface Limit extends Line {
  readonly expr: Threshold
  readonly color: string
}

export const limit = (name: string, legend: string, color = 'red'): Limit => ({
  expr: threshold(name),
  legend,
  color,
})

export interface Graph {
  readonly title: string
  readonly description: string
  readonly unit: string
  readonly lines: readonly Line[]
  readonly limits?: readonly Limit[]
  readonly stacked?: boolean
  /** The axis begins at 0, or with auto at the lowest value, for values that may be negative. */
  readonly min?: 'auto'
  readonly max?: number
  readonly decimals?: number
  /** Sorts the legend by the lowest value, for graphs in which low values are the bad ones. */
  readonly lowestFirst?: boolean
  /** Shown instead of a graph that has no series, with the likely reason. */
  readonly noValue?: string
  readonly links?: DashboardLinkBuilder[]
}

export function timeseries(graph: Graph): PanelBuilder {
  const { lines, limits = [], links = [], stacked = false, lowestFirst = false } = graph
  const panel = new PanelBuilder()
    .title(graph.title)
    .description(graph.description)
    .datasource(datasource)
    .unit(graph.unit)
    .noValue(graph.noValue ?? 'no data')
    .thresholds(stepsConfig(plain))
    .dataLinks(links)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(stacked ? 40 : 8)
    .showPoints(VisibilityMode.Auto)
    .spanNulls(false)
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['lastNotNull', 'max'])
        // So that the few visible rows are those that matter. In the legend, lastNotNull is named "Last *".
        .sortBy('Last *')
        .sortDesc(!lowestFirst),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
  if (graph.min !== 'auto') panel.min(0)
  if (graph.max !== undefined) panel.max(graph.max)
  if (graph.decimals !== undefined) panel.decimals(graph.decimals)
  // Draws a limit only if there is something to judge, because a limit alone would prevent the text of noValue.
  const any = lines.map(({ expr }) => `(${expr})`).join(' or ')
  const drawn = limits.map(({ expr, legend }) => ({ expr: `${expr} and on () (${any})`, legend }))
  for (const [index, { expr, legend }] of [...lines, ...drawn].entries()) {
    panel.withTarget(overTime(expr, legend, index))
  }
  for (const { legend, color } of limits) {
    panel.overrideByName(legend, [
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } },
      { id: 'custom.fillOpacity', value: 0 },
      { id: 'custom.stacking', value: { mode: StackingMode.None, group: 'A' } },
      { id: 'color', value: { mode: 'fixed', fixedColor: color } },
      // Null, because Grafana would add a list to the links of the panel.
      { id: 'links', value: null },
    ])
  }
  return panel
}
