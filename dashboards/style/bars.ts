// Horizontal bars, one per series, that show the current values.

import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge'
import {
  BarGaugeDisplayMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common'
import { datasource, now } from './prometheus.ts'
import { plain, type Steps, stepsConfig } from './steps.ts'

interface Bars {
  readonly title: string
  readonly description: string
  readonly unit: string
  readonly expr: string
  readonly legend: string
  readonly max?: number
  readonly decimals?: number
  readonly steps?: Steps
  readonly noValue?: string
}

export function bars(spec: Bars): PanelBuilder {
  const panel = new PanelBuilder()
    .title(spec.title)
    .description(spec.description)
    .datasource(datasource)
    .unit(spec.unit)
    .min(0)
    .noValue(spec.noValue ?? 'no data')
    .thresholds(stepsConfig(spec.steps ?? plain))
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .withTarget(now(spec.expr, spec.legend, 0))
  if (spec.max !== undefined) panel.max(spec.max)
  if (spec.decimals !== undefined) panel.decimals(spec.decimals)
  return panel
}
