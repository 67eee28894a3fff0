// The collectors of host metrics, and `sources`.
import { expect, test } from 'vitest'
import { cpuCollector } from '../../../src/collectors/cpu.ts'
import { hostCollector } from '../../../src/collectors/host.ts'
import { hugepagesCollector } from '../../../src/collectors/hugepages.ts'
import { ksmCollector } from '../../../src/collectors/ksm.ts'
import { meminfoCollector } from '../../../src/collectors/meminfo.ts'
import { pressureCollector } from '../../../src/collectors/pressure.ts'
import { sourcesCollector } from '../../../src/collectors/sources.ts'
import { collected } from '../../helpers/collected.ts'
import { hostSnapshot, part } from '../../helpers/host-snapshot.ts'

test('host: writes the facts of the host, and nothing before they were gathered', () => {
  const facts = {
    kernelRelease: '6.1.0-56-amd64',
    distribution: 'Debian GNU/Linux 12',
    cpuModel: 'AMD EPYC 7763',
    cpus: 128,
    sockets: 2,
    virtualization: 'svm',
  }
  expect(collected(hostCollector, hostSnapshot({ hostFacts: () => part(facts) }))).toEqual([
    'kvminfo_host_info{kernel="6.1.0-56-amd64",distribution="Debian GNU/Linux 12",cpu_model="AMD EPYC 7763",cpus="128",sockets="2",virtualization="svm"} 1',
  ])
  expect(collected(hostCollector, hostSnapshot())).toEqual([])
})

test('cpu: writes modes that add up, and guest time in a separate metric', () => {
  const seconds = new Map([
    ['user', 10],
    ['nice', 2],
    ['idle', 30.25],
    ['guest', 7],
    ['guest_nice', 1],
  ])
  expect(collected(cpuCollector, hostSnapshot({ cpuTime: () => part([{ cpu: 4, seconds }]) }))).toEqual([
    'kvminfo_host_cpu_seconds_total{cpu="4",mode="user"} 10',
    'kvminfo_host_cpu_seconds_total{cpu="4",mode="nice"} 2',
    'kvminfo_host_cpu_seconds_total{cpu="4",mode="idle"} 30.25',
    'kvminfo_host_cpu_guest_seconds_total{cpu="4",mode="user"} 7',
    'kvminfo_host_cpu_guest_seconds_total{cpu="4",mode="nice"} 1',
  ])
})

test('meminfo: writes the known fields that the host has, and no others', () => {
  const memory = new Map([
    ['MemTotal', 1024],
    ['MemAvailable', 512],
    ['Committed_AS', 2048],
    ['DirectMap4k', 1],
  ])
  expect(collected(meminfoCollector, hostSnapshot({ memory: () => part(memory) }))).toEqual([
    'kvminfo_host_memory_total_bytes 1024',
    'kvminfo_host_memory_available_bytes 512',
    'kvminfo_host_memory_committed_bytes 2048',
  ])
})

test('hugepages: writes bytes by node and page size', () => {
  const pools = [
    { pageBytes: 2 ** 21, node: 0, total: 512, free: 100, surplus: 2 },
    { pageBytes: 2 ** 30, node: 1, total: 4, free: 4, surplus: 0 },
  ]
  expect(collected(hugepagesCollector, hostSnapshot({ hugePages: () => part(pools) }))).toEqual([
    'kvminfo_host_hugepages_pool_bytes{node="0",page_size="2048kB"} 1073741824',
    'kvminfo_host_hugepages_pool_bytes{node="1",page_size="1048576kB"} 4294967296',
    'kvminfo_host_hugepages_free_bytes{node="0",page_size="2048kB"} 209715200',
    'kvminfo_host_hugepages_free_bytes{node="1",page_size="1048576kB"} 4294967296',
    'kvminfo_host_hugepages_surplus_bytes{node="0",page_size="2048kB"} 4194304',
    'kvminfo_host_hugepages_surplus_bytes{node="1",page_size="1048576kB"} 0',
  ])
})

test('ksm: writes the values of its files in base units', () => {
  const state = new Map([
    ['run', 1],
    ['pages_sharing', 300],
    ['full_scans', 12],
    ['sleep_millisecs', 20],
    ['stable_node_chains', 5],
  ])
  expect(collected(ksmCollector, hostSnapshot({ ksm: () => part(state) }))).toEqual([
    'kvminfo_host_ksm_run 1',
    'kvminfo_host_ksm_pages_sharing 300',
    'kvminfo_host_ksm_full_scans_total 12',
    'kvminfo_host_ksm_sleep_seconds 0.02',
  ])
})

test('pressure: writes seconds by resource, and no `full` for cpu if the kernel has none', () => {
  const pressures = [
    { resource: 'cpu', someUs: 1_500_000, fullUs: undefined },
    { resource: 'io', someUs: 2_000_000, fullUs: 1 },
  ] as const
  expect(collected(pressureCollector, hostSnapshot({ pressure: () => part(pressures) }))).toEqual([
    'kvminfo_host_pressure_some_seconds_total{resource="cpu"} 1.5',
    'kvminfo_host_pressure_some_seconds_total{resource="io"} 2',
    'kvminfo_host_pressure_full_seconds_total{resource="io"} 0.000001',
  ])
})

test('sources: writes 1 for sources in use, 0 for the others, and the code of each that is not available', () => {
  const none = { code: undefined, reason: undefined, remedy: undefined }
  const states = [
    {
      fact: 'exits',
      source: 'module',
      state: 'unavailable',
      code: 'SOURCE_ABSENT',
      reason: 'not loaded',
      remedy: 'modprobe kvminfo',
    },
    { fact: 'exits', source: 'debugfs', state: 'in-use', ...none },
    { fact: 'threads', source: 'procfs', state: 'standby', ...none },
  ] as const
  expect(collected(sourcesCollector, hostSnapshot({ sources: () => part(states) }))).toEqual([
    'kvminfo_source_active{fact="exits",source="module"} 0',
    'kvminfo_source_active{fact="exits",source="debugfs"} 1',
    'kvminfo_source_active{fact="threads",source="procfs"} 0',
    'kvminfo_source_unavailable_info{fact="exits",source="module",code="SOURCE_ABSENT"} 1',
  ])
})
