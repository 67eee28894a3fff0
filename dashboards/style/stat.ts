// One number, coloured by its thresholds.
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import type { DashboardLinkBuilder, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { nothing } from './mappings.ts'
import { datasource, now } from './prometheus.ts'
import { plain, type Steps, stepsConfig } from './steps.ts'

export interface Stat {
  readonly title: string
  readonly description: string
  readonly unit: string
  readonly expr: string
  /** Names a host or VM. Grafana shows it only if there are several. */
  readonly legend?: string
  readonly steps?: Steps
  readonly mappings?: readonly ValueMapping[]
  readonly decimals?: number
  readonly noValue?: string
  readonly links?: DashboardLinkBuilder[]
}

/** Pixels. The size that Grafana chooses for a name beside its value is unreadable. */
const nameSize = 12

export function stat(spec: Stat): PanelBuilder {
  const noValue = spec.noValue ?? 'no data'
  const panel = new PanelBuilder()
    .title(spec.title)
    .description(spec.description)
    .datasource(datasource)
    .unit(spec.unit)
    .noValue(noValue)
    .thresholds(stepsConfig(spec.steps ?? plain))
    .mappings([...(spec.mappings ?? []), nothing(noValue)])
    .dataLinks(spec.links ?? [])
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .textMode(BigValueTextMode.Auto)
    // Several values are stacked, because side by side they would be too small to read.
    .orientation(VizOrientation.Horizontal)
    .text(new VizTextDisplayOptionsBuilder().titleSize(nameSize))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .withTarget(now(spec.expr, spec.legend ?? spec.title, 0))
  return spec.decimals === undefined ? panel : panel.decimals(spec.decimals)
}
