// The variables at the top of a dashboard: data source, job, hosts and VMs.
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { buildInfo } from '../src/metrics/exporter.ts'
import type { Metric } from '../src/metrics/metric.ts'
import { remediationMetrics } from '../src/metrics/remediation.ts'
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

const jobs = ({ name }: Metric): string => `label_values(${name}, job)`
const instances = ({ name }: Metric): string => `label_values(${name}{job=~"$job"}, instance)`
const vms = ({ name }: Metric): string => `label_values(${name}{job=~"$job",instance=~"$instance"}, vm)`

/** The variables for a job, its hosts and their VMs. */
type Variables = readonly [QueryVariableBuilder, QueryVariableBuilder, QueryVariableBuilder]

const jobVariable = withAll(query('job', 'Job', jobs(buildInfo)))
const instanceVariable = withAll(query('instance', 'Instance', instances(buildInfo)))

export const exporterVariables: Variables = [
  jobVariable,
  instanceVariable,
  withAll(query('vm', 'VM', vms(vmInfo))),
]

/** No All for VMs: the dashboard opens with the first VM, and the reader can select several to compare them. */
export const someVmsVariables: Variables = [
  jobVariable,
  instanceVariable,
  query('vm', 'VM', vms(vmInfo)).includeAll(false),
]

/** Those of kvminfo remediate, whose job is another one. Its VMs are those that have runs. */
export const remediationVariables: Variables = [
  withAll(query('job', 'Job', jobs(remediationMetrics.buildInfo))),
  withAll(query('instance', 'Instance', instances(remediationMetrics.buildInfo))),
  withAll(query('vm', 'VM', vms(remediationMetrics.runInfo))),
]
