// A state over time, one bar per series, a page at a time.
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

/** What fits a panel of eight rows in height; all collectors of a host are on one page. */
const barsPerPage = 16

/** Grafana has words of its own where this kind of panel has no series, and does not say `noValue`. */
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
