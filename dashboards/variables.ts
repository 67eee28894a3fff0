// The variables at the top of a dashboard: data source, job, hosts and VMs.
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { buildInfo } from '../src/metrics/exporter.ts'
import { vmInfo } from '../src/metrics/vm.ts'
import { datasource } from './style/prometheus.ts'

export const datasourceVariable = new DatasourceVariableBuilder('datasource')
  .label('Data source')
  .type('prometheus')

const query = (name: string, label: string, values: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query(values)
    .definition(values)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
    .multi(true)

const withAll = (variable: QueryVariableBuilder): QueryVariableBuilder =>
  variable.includeAll(true).allValue('.+').current({ selected: true, text: 'All', value: '$__all' })

export const jobVariable = withAll(query('job', 'Job', `label_values(${buildInfo.name}, job)`))

export const instanceVariable = withAll(
  query('instance', 'Instance', `label_values(${buildInfo.name}{job=~"$job"}, instance)`),
)

const vms = `label_values(${vmInfo.name}{job=~"$job",instance=~"$instance"}, vm)`

export const vmVariable = withAll(query('vm', 'VM', vms))

/** Has no All. The dashboard opens with the first VM, and the reader can select several to compare them. */
export const someVmsVariable = query('vm', 'VM', vms).includeAll(false)
