// A state over time, one bar per series, shown page by page.
import { VisibilityMode, VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common'
import type { DashboardLinkBuilder, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline'
import { NoUnit } from '@grafana/grafana-foundation-sdk/units'
import { datasource, overTime } from './prometheus.ts'
import { plain, stepsConfig } from './steps.ts'

interface States {
  readonly title: string
  readonly description: string
  readonly expr: string
  readonly legend: string
  readonly mappings: readonly ValueMapping[]
  readonly links?: DashboardLinkBuilder[]
}

/** As many as fit into a panel of height 8. All collectors of a host fit on one page. */
const barsPerPage = 16

/** If this kind of panel has no series, Grafana shows a text of its own instead of `noValue`. */
export function stateTimeline(spec: States): PanelBuilder {
  return new PanelBuilder()
    .title(spec.title)
    .description(spec.description)
    .datasource(datasource)
    .unit(NoUnit)
    .noValue('no data')
    .thresholds(stepsConfig(plain))
    .mappings([...spec.mappings])
    .dataLinks(spec.links ?? [])
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .spanNulls(false)
    .perPage(barsPerPage)
    .legend(new VizLegendOptionsBuilder().showLegend(false))
    .withTarget(overTime(spec.expr, spec.legend, 0))
}
