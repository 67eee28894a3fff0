// The addresses of the dashboards and the links between them. A link keeps data source, job and time range.
import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'

/** These must not change, because bookmarks and links from elsewhere use them. */
export const uids = {
  fleet: 'kvminfo-fleet',
  host: 'kvminfo-host',
  vm: 'kvminfo-vm',
  scheduling: 'kvminfo-scheduling',
  memory: 'kvminfo-memory',
  capacity: 'kvminfo-capacity',
  remediation: 'kvminfo-remediation',
} as const

export const tag = 'kvminfo'

const variable = (name: string, format: string): string => `$\{${name}:${format}}`

function link(title: string, uid: string, query: Readonly<Record<string, string>>): DashboardLinkBuilder {
  const parts = [
    variable('datasource', 'queryparam'),
    variable('job', 'queryparam'),
    ...Object.entries(query).map(([name, value]) => `var-${name}=${value}`),
    '$' + '{__url_time_range}',
  ]
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(`/d/${uid}?${parts.join('&')}`)
}

const inTable = (column: string): string => variable(`__data.fields.${column}`, 'percentencode')
const inGraph = (label: string): string => variable(`__field.labels.${label}`, 'percentencode')

export const tableToHost = link('Host', uids.host, { instance: inTable('Host') })
export const tableToVm = link('VM', uids.vm, { instance: inTable('Host'), vm: inTable('VM') })
export const graphToHost = link('Host', uids.host, { instance: inGraph('instance') })
export const graphToVm = link('VM', uids.vm, { instance: inGraph('instance'), vm: inGraph('vm') })

/** Links every dashboard to the others and passes all variables on. */
export const toAll = new DashboardLinkBuilder('KVM')
  .type(DashboardLinkType.Dashboards)
  .tags([tag])
  .includeVars(true)
  .keepTime(true)
