// A query of a panel: PromQL and the names of its series.
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'

export const datasource = { type: 'prometheus', uid: '$' + '{datasource}' }

export const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index)

const target = (expr: string, index: number): DataqueryBuilder =>
  new DataqueryBuilder().datasource(datasource).refId(refId(index)).expr(expr)

export const overTime = (expr: string, legend: string, index: number): DataqueryBuilder =>
  target(expr, index).range().legendFormat(legend)

export const now = (expr: string, legend: string, index: number): DataqueryBuilder =>
  target(expr, index).instant().legendFormat(legend)

export const nowAsTable = (expr: string, index: number): DataqueryBuilder =>
  target(expr, index).instant().format(PromQueryFormat.Table)
