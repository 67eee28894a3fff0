// A graph over time as all dashboards draw it. Gaps stay gaps: a VM that was gone shows as gone.

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
  /** What the series is called; Prometheus labels in double braces. */
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
  /** 0 unless stated; auto for values that may fall below. */
  readonly min?: 'auto'
  readonly max?: number
  readonly decimals?: number
  /** Where the lowest values are the ones to look at, they come first in the legend. */
  readonly lowestFirst?: boolean
  /** Said instead of a graph where there are no series, with the likely reason. */
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
        // Its few rows in sight are those that matter. The name is that of lastNotNull in the legend.
        .sortBy('Last *')
        .sortDesc(!lowestFirst),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
  if (graph.min !== 'auto') panel.min(0)
  if (graph.max !== undefined) panel.max(graph.max)
  if (graph.decimals !== undefined) panel.decimals(graph.decimals)
  // Only where there is something to judge: a limit by itself would keep noValue from being said.
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
      // Null, as Grafana adds a list to the links of the panel.
      { id: 'links', value: null },
    ])
  }
  return panel
}
