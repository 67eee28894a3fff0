// The arithmetic of the capacity dashboard, with numbers that can be checked on paper.
import { describe, expect, test } from 'vitest'
import * as capacity from '../../dashboards/queries/capacity.ts'
import { thresholdNow } from '../../dashboards/thresholds.ts'
import { type Series, valuesOf } from '../helpers/query-values.ts'

const host = 'instance="kvm1", job="kvm"'
const vm = (name: string): string => `${host}, vm="${name}"`

const limits: Series = Object.fromEntries(
  ['host_cpu_high', 'host_memory_low', 'realtime_density_high'].map((name) => [
    `kvminfo:${name}:threshold`,
    `${thresholdNow(name)}x60`,
  ]),
)

/** The series of a host with this number of CPUs. */
const cpus = (count: number): Series =>
  Object.fromEntries(
    Array.from({ length: count }, (_, cpu) => [
      `kvminfo_host_cpu_seconds_total{cpu="${cpu}", ${host}, mode="idle"}`,
      '0+30x60',
    ]),
  )

const vcpusAndUse = (name: string, vcpus: string, cpuSeconds: string): Series => ({
  [`kvminfo_vm_vcpus{${vm(name)}}`]: vcpus,
  [`vm:kvminfo_cpu_seconds:rate5m{${vm(name)}}`]: cpuSeconds,
})

const givenAndHeld = (name: string, given: number, resident: number, pool: number): Series => ({
  [`kvminfo_vm_memory_max_bytes{${vm(name)}}`]: `${given}x60`,
  [`kvminfo_vm_memory_resident_bytes{${vm(name)}}`]: `${resident}x60`,
  [`kvminfo_vm_memory_hugetlb_bytes{${vm(name)}}`]: `${pool}x60`,
})

describe('the numbers below assume the limit', () => {
  test.each([
    ['host_cpu_high', 0.7],
    ['host_memory_low', 0.1],
    ['realtime_density_high', 0.5],
  ])('%s %d', (name, value) => expect(thresholdNow(name)).toBe(value))
})

describe('what else fits', () => {
  const busy = { [`instance:kvminfo_host_cpu_busy:ratio_rate5m{${host}}`]: '0.2x40 0.5x20' }

  test('CPUs are counted below the limit near the peak', () => {
    const series = { ...limits, ...cpus(10), ...busy }
    expect(valuesOf(`round(${capacity.cpusLeft}, 0.001)`, series, { [`{${host}}`]: 2 })).toBe('agrees')
  })

  test('vCPUs are assumed to be as busy near their peak as those of running VMs', () => {
    const series = {
      ...limits,
      ...cpus(10),
      ...busy,
      // Both VMs together use 1 CPU near their peaks for 4 vCPUs, and 2 CPUs are left.
      ...vcpusAndUse('a', '3x60', '0.1x40 0.75x20'),
      ...vcpusAndUse('b', '1x60', '0.25x60'),
      ...vcpusAndUse('ended', '8x30 stale', '8x30 stale'),
    }
    expect(valuesOf(capacity.vcpusLeft, series, { [`{${host}}`]: 8 })).toBe('agrees')
  })

  test.each([
    // Memory was lowest at 30 %. Minus the reserve of 10 %, 20 bytes are left for VMs of 10 bytes.
    ['memoryLeft', capacity.memoryLeft, 20],
    ['vmsLeft', capacity.vmsLeft, 2],
  ])('%s counts memory above the reserve when memory was lowest', (_, query, value) => {
    const series = {
      ...limits,
      [`kvminfo_host_memory_available_bytes{${host}}`]: '60x30 30x10 60x20',
      [`instance:kvminfo_host_memory_ordinary:bytes{${host}}`]: '100x60',
      ...givenAndHeld('a', 8, 8, 0),
      ...givenAndHeld('b', 12, 8, 0),
    }
    expect(valuesOf(query, series, { [`{${host}}`]: value })).toBe('agrees')
  })

  test.each([
    [0, 5],
    [4, 1],
    [5, 0],
    [7, 0],
  ])('if %d of 10 CPUs have a real-time vCPU, %d more may have one', (realtime, left) => {
    const series = {
      ...limits,
      ...cpus(10),
      [`instance:kvminfo_realtime_vcpus:ratio{${host}}`]: `${realtime / 10}x60`,
    }
    expect(valuesOf(capacity.realtimeLeft, series, { [`{${host}}`]: left })).toBe('agrees')
  })
})

describe('days left', () => {
  const days = (expr: string): string => `round(${expr}, 0.001)`

  test.each([
    // At the end it is 10 percentage points below the limit and rises by 1 point per hour.
    ['rises to the limit', '0.59+0.000166666666x60', { [`{${host}}`]: 0.417 }],
    ['falls away from the limit', '0.65-0.001x60', {}],
    ['rises above the limit', '0.75+0.001x60', { [`{${host}}`]: 0 }],
    ['stays above the limit', '0.8x60', { [`{${host}}`]: 0 }],
    ['falls but is still above the limit', '0.95-0.001x60', { [`{${host}}`]: 0 }],
  ])('are right for CPU use that %s', (_, busy, expected) => {
    const series = { ...limits, [`instance:kvminfo_host_cpu_busy:ratio_rate5m{${host}}`]: busy }
    expect(valuesOf(days(capacity.cpuDays), series, expected)).toBe('agrees')
  })

  test.each([
    // At the end it is 240 bytes above the reserve of 100 and falls by 60 of 1000 bytes per hour.
    ['falls to the reserve', '400-1x60', { [`{${host}}`]: 0.167 }],
    ['rises', '340+1x60', {}],
    ['is below the reserve and rises', '10+1x60', { [`{${host}}`]: 0 }],
  ])('are right for available memory that %s', (_, available, expected) => {
    const series = {
      ...limits,
      [`kvminfo_host_memory_available_bytes{${host}}`]: available,
      [`instance:kvminfo_host_memory_ordinary:bytes{${host}}`]: '1000x60',
    }
    expect(valuesOf(days(capacity.memoryDays), series, expected)).toBe('agrees')
  })
})

describe('the size of VMs', () => {
  const vms = {
    ...vcpusAndUse('oversized', '4x60', '0.4x60'),
    ...vcpusAndUse('idle', '4x60', '0x60'),
    ...vcpusAndUse('single', '1x60', '0.01x60'),
    ...vcpusAndUse('fitting', '8x60', '2x60'),
    ...vcpusAndUse('small', '2x60', '1.9x60'),
    ...vcpusAndUse('ended', '4x30 stale', '0.1x30 stale'),
    [`vm:kvminfo_run_delay:ratio_rate5m{${vm('small')}}`]: '0.2x60',
    [`vm:kvminfo_run_delay:ratio_rate5m{${vm('ended')}}`]: '0.3x30 stale',
  }
  const ofEach = (values: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`{${vm(name)}}`, value]))

  test.each([
    ['cpuPeak', capacity.cpuPeak, { oversized: 0.4, idle: 0, single: 0.01, fitting: 2, small: 1.9 }],
    ['cpuShare', capacity.cpuShare, { oversized: 0.1, idle: 0, single: 0.01, fitting: 0.25, small: 0.95 }],
    ['cpuSize', capacity.cpuSize, { oversized: 1, idle: 1, single: 0, fitting: 0, small: 2 }],
    ['runDelayPeak', capacity.runDelayPeak, { small: 0.2 }],
  ])('%s covers running VMs only', (_, query, values) => {
    expect(valuesOf(query, vms, ofEach(values))).toBe('agrees')
  })

  test.each([
    ['too big', 1, 2],
    ['too small', 2, 1],
  ])('counts the VMs that are %s', (_, size, count) => {
    expect(valuesOf(capacity.vmsOfSize(capacity.cpuSize, size), vms, { '{}': count })).toBe('agrees')
  })

  test('counts the vCPUs of oversized VMs beyond twice their peak and leaves each VM one', () => {
    // 4 - 1 and 4 - 1. The fitting VM has 8 and uses 2, so it does not count.
    expect(valuesOf(capacity.vcpusUnused, vms, { [`{${host}}`]: 6 })).toBe('agrees')
  })

  test('counts no unused vCPU on a host without an oversized VM', () => {
    const series = vcpusAndUse('fitting', '8x60', '2x60')
    expect(valuesOf(capacity.vcpusUnused, series, { [`{${host}}`]: 0 })).toBe('agrees')
  })

  const memory = {
    ...givenAndHeld('half', 100, 20, 20),
    ...givenAndHeld('full', 100, 110, 0),
  }

  test('counts memory that a VM does not hold, and 0 for a VM that holds more than it was given', () => {
    expect(valuesOf(capacity.memoryUnused, memory, { [`{${host}}`]: 60 })).toBe('agrees')
  })

  test('counts resident pages and pool pages as held', () => {
    expect(valuesOf(capacity.memoryShare, memory, ofEach({ half: 0.4, full: 1.1 }))).toBe('agrees')
    expect(valuesOf(capacity.memorySize, memory, ofEach({ half: 1, full: 0 }))).toBe('agrees')
  })
})
