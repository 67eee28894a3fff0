// A Prometheus scrapes more than KVM hosts. These tests check what counts as a host and which process is an exporter.
import { expect, test } from 'vitest'
import * as hosts from '../../dashboards/queries/hosts.ts'
import { valuesOf } from '../helpers/query-values.ts'

const buildInfo = (instance: string): string =>
  `kvminfo_exporter_build_info{instance="${instance}", job="kvm", nodeversion="24", version="1"}`

const series = {
  'up{instance="kvm1", job="kvm"}': '1x60',
  [buildInfo('kvm1')]: '1x60',
  // Down for half an hour: none of its series is current.
  'up{instance="kvm2", job="kvm"}': '1x30 0x30',
  [buildInfo('kvm2')]: '1x30 stale',
  // Down for the whole range.
  'up{instance="kvm3", job="kvm"}': '0x60',
  'up{instance="kvm1:9100", job="node"}': '1x60',
  'up{instance="kvm9:9100", job="node"}': '0x60',
  'process_resident_memory_bytes{instance="kvm1", job="kvm"}': '100x60',
  'process_resident_memory_bytes{instance="kvm1:9100", job="node"}': '200x60',
  'process_cpu_seconds_total{instance="kvm1", job="kvm"}': '0+30x60',
  'process_cpu_seconds_total{instance="kvm1:9100", job="node"}': '0+6x60',
}

test.each([
  ['hostsUp', hosts.hostsUp, { '{}': 1 }],
  ['hostsDown', hosts.hostsDown, { '{}': 2 }],
  [
    'up',
    hosts.up,
    {
      'up{instance="kvm1", job="kvm"}': 1,
      'up{instance="kvm2", job="kvm"}': 0,
      'up{instance="kvm3", job="kvm"}': 0,
    },
  ],
  [
    'exporterMemory',
    hosts.exporterMemory,
    { 'process_resident_memory_bytes{instance="kvm1", job="kvm"}': 100 },
  ],
  ['exporterCpu', hosts.exporterCpu, { '{instance="kvm1", job="kvm"}': 0.5 }],
])('%s covers exporters only, whatever else Prometheus scrapes', (_, query, expected) => {
  expect(valuesOf(query, series, expected)).toBe('agrees')
})

test('counts no host without an exporter', () => {
  const others = { 'up{instance="kvm1:9100", job="node"}': '1x60' }
  expect(valuesOf(hosts.hostsUp, others, { '{}': 0 })).toBe('agrees')
})
