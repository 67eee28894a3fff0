// `kvminfo report` against Debian's Prometheus, which promtool filled with thirty days whose answers are known.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Report, VmReport } from '../../src/report/document.ts'
import { tableNames } from '../../src/report/forms.ts'
import { runKvminfo } from '../helpers/kvminfo-process.ts'
import { openPage, startBrowser } from '../helpers/page-browser.ts'
import { answers, fleetSeries, openMetrics } from '../helpers/report/fleet.ts'
import { type FilledPrometheus, startFilledPrometheus } from '../helpers/report/prometheus.ts'

const range = ['--from=2026-10-01', '--to=2026-10-31']
const gib = 1024 ** 3
let directory: string
let prometheus: FilledPrometheus
let report: Report

const ask = (...flags: string[]) => runKvminfo('report', `--prometheus=${prometheus.url}`, ...range, ...flags)
const vm = (name: string): VmReport => report.vms.find((one) => one.name === name)!
const host = (name: string) => report.hosts.find((one) => one.name === name)!

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kvminfo-test-'))
  prometheus = await startFilledPrometheus(directory, openMetrics(fleetSeries()))
  const { code, stdout, stderr } = await ask('--format=json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  report = JSON.parse(stdout)
}, 300_000)

afterAll(async () => {
  await prometheus?.stop()
  rmSync(directory, { recursive: true, force: true })
})

describe('trends', () => {
  test.each([
    ['kvm1', 'cpu', answers.kvm1CpuDays],
    ['kvm2', 'memory', answers.kvm2MemoryDays],
    ['kvm3', 'hugePages', answers.kvm3HugePagesDays],
  ] as const)('%s runs out of %s when it should', (name, resource, days) => {
    const trend = host(name).trends[resource]!
    expect(trend.outcome).toBe('expected')
    expect(trend.days! / days).toBeGreaterThan(0.9)
    expect(trend.days! / days).toBeLessThan(1.1)
    expect(trend.daysLow).toBeLessThanOrEqual(trend.days!)
    expect(trend.daysHigh).toBeGreaterThanOrEqual(trend.days!)
  })

  test('noise alone is no trend', () => {
    expect(host('kvm3').trends.cpu.outcome).toBe('unclear')
  })

  test('days within a gap are not known, and the boot of a host distorts nothing', () => {
    const [kvm1] = report.hosts
    expect(kvm1!.days).toHaveLength(30)
    // Day 10 has twelve hours, which is enough.
    expect(kvm1!.days.every(({ busyP95 }) => busyP95 !== null && busyP95 > 0.4 && busyP95 < 0.65)).toBe(true)
    expect(kvm1!.busy!.max).toBeLessThan(0.65)
  })
})

// The scrapes at both ends of a gap belong to the steps beside it.
test('gaps are named, and Prometheus itself is suspected where all hosts have one', () => {
  expect(report.gaps).toEqual([
    {
      host: 'kvm1',
      from: '2026-10-11T01:00:00Z',
      to: '2026-10-11T11:00:00Z',
      kind: 'no-data',
      isOfAllHosts: false,
    },
    ...['kvm1', 'kvm2', 'kvm3'].map((name) => ({
      host: name,
      from: '2026-10-21T01:00:00Z',
      to: '2026-10-21T05:00:00Z',
      kind: 'no-data',
      isOfAllHosts: true,
    })),
  ])
  expect(host('kvm2').coverage).toBeCloseTo(1 - 0.25 / 30, 2)
})

describe('VMs', () => {
  test('a renamed VM is one VM, and so is one that moved', () => {
    expect(vm('web-new').earlier).toMatchObject([
      { name: 'web-old', host: 'kvm1', until: expect.stringMatching(/^2026-10-13T0[01]:/) },
    ])
    expect(vm('web-new').hours).toBeGreaterThan(690)
    expect(vm('web-old')).toBeUndefined()
    expect(vm('moved')).toMatchObject({ host: 'kvm3', earlier: [{ name: 'moved', host: 'kvm2' }] })
    expect(report.vms.filter(({ name }) => name === 'moved')).toHaveLength(1)
    expect(report.fleet).toMatchObject({ hosts: 3, vms: 14, endedVms: 1, cpus: 24 })
    expect(vm('ended')).toMatchObject({
      isRunning: false,
      lastSeen: expect.stringMatching(/^2026-10-06T0[01]:/),
    })
  })

  test('have the class of their exits, whatever their counters did', () => {
    expect(vm('ide1')).toMatchObject({ class: 'emulated-io' })
    expect(vm('ide1').rootModeRatio).toBeCloseTo(0.4, 3)
    expect(vm('ide1').ioShare).toBeCloseTo(0.55, 3)
    expect(vm('too-small').exits).toBeCloseTo(2050, -1)
    expect(vm('too-small').cpu!.max).toBeLessThan(0.95)
    expect(vm('web-new').class).toBe('near-native')
  })

  test('pay what they wait at emulated devices', () => {
    const { wait, diskWait, nicWait, saving } = vm('ide1')
    expect(wait).toBeCloseTo(0.5, 3)
    expect(diskWait).toBeCloseTo(answers.ide1DiskWait, 3)
    expect(nicWait).toBeNull()
    // Peers wait 2 to 3 % of their CPU time, so all wait at the disk goes, and the rest remains.
    expect(saving).toMatchObject({ basis: 'peers', isByDevice: true })
    expect(saving!.high).toBeCloseTo(answers.ide1DiskWait, 3)
    expect(saving!.low).toBeLessThanOrEqual(saving!.high)
    expect(vm('virtio1').saving).toBeNull()
  })

  test('of the wrong size are found, with the better size', () => {
    expect(vm('too-big').size).toMatchObject({
      cpu: 'too-big',
      vcpus: 1,
      memory: 'too-big',
      bytes: 2.5 * gib,
    })
    expect(vm('too-small').size).toMatchObject({ cpu: 'too-small', vcpus: 2, memory: 'fits' })
    expect(vm('web-new').size).toMatchObject({ cpu: 'fits', memory: 'fits' })
    expect(vm('in-pool').size).toMatchObject({ memory: 'unknown' })
    expect(vm('too-big').size.evidence.join()).toContain('uses 0.4 of 8 vCPUs (5 %)')
  })

  test('that wait for a CPU belong into tier 2', () => {
    expect(vm('starved').runDelay!.p95).toBeCloseTo(0.3 / 1.3, 3)
    expect(vm('starved').tier).toMatchObject({ now: 1, recommended: 2 })
    expect(vm('real-time').tier).toMatchObject({ now: 2, recommended: 2 })
    expect(vm('web-new').tier).toMatchObject({ now: 1, recommended: 1 })
  })
})

test('head-room is what is left below the limits', () => {
  const { headRoom, realtime, memory } = host('kvm3')
  expect(realtime).toEqual({ vcpus: 2, budget: 4, left: 2 })
  expect(headRoom.realtimeVcpus).toBe(2)
  expect(memory!.ordinary).toBe(64 * gib)
  expect(headRoom.hugePages! / gib).toBeCloseTo(2, 1)
  // At least two hours of each day are at 0.4.
  expect(host('kvm2').headRoom.cpus).toBeCloseTo((0.7 - 0.4) * 8, 1)
})

test('the proposals are the ones that the figures speak for, the most urgent first', () => {
  expect(report.actions.map(({ host: on, vm: name, action }) => [name ?? on, action])).toEqual([
    ['kvm2', 'more-memory'],
    ['kvm3', 'more-huge-pages'],
    ['kvm1', 'more-cpus'],
    ['starved', 'sched-tier'],
    ['ide1', 'virtio-disk'],
    ['too-small', 'more-vcpus'],
    ['too-big', 'fewer-vcpus'],
    ['too-big', 'less-memory'],
  ])
})

test('remediation is shown with the days before and after it', () => {
  const { runs, effects } = report.remediation
  expect(runs).toEqual([{ action: 'virtio-disk', state: 'kept', verdict: 'improved', count: 1 }])
  expect(effects).toMatchObject([{ vm: 'fixed', host: 'kvm3', action: 'virtio-disk', verdict: 'improved' }])
  const figures = new Map(effects[0]!.figures.map((one) => [one.what, one]))
  expect(figures.get('wait-per-cpu')!.before).toBeCloseTo(0.5 / 0.8, 2)
  expect(figures.get('wait-per-cpu')!.after).toBeCloseTo(0.015, 3)
  expect(figures.get('root-mode-ratio')!.before).toBeCloseTo(0.4, 2)
  expect(figures.get('root-mode-ratio')!.after).toBeCloseTo(2000 / 2050, 2)
})

test('--match chooses hosts', async () => {
  const { stdout } = await ask('--format=json', '--match=instance="kvm2"', '--range=7d')
  expect((JSON.parse(stdout) as Report).hosts.map(({ name }) => name)).toEqual(['kvm2'])
})

test('--match that fits nothing fails with the next step', async () => {
  const { code, stderr } = await ask('--match=instance="none"')
  expect(code).toBe(1)
  expect(stderr).toContain(
    'kvminfo_up{instance="none"} from 2026-10-01T00:00Z to 2026-10-31T00:00Z, in steps of 3600 s',
  )
  expect(stderr).toContain('check --from, --to, --match')
})

test.each(tableNames)('the table %s has a heading and as many fields in each row', async (name) => {
  if (name !== 'vms' && name !== 'gaps') return
  const { code, stdout } = await ask('--format=csv', `--table=${name}`)
  expect(code).toBe(0)
  expect(stdout.split('\r\n').length).toBe(name === 'vms' ? 17 : 6)
})

test('the page opens offline without a complaint, and each plot has its table', async () => {
  const file = join(directory, 'report.html')
  writeFileSync(file, 'before')
  const { code, stderr, stdout } = await ask(`--output=${file}`)
  expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: '', stdout: '' })
  expect(readFileSync(file, 'utf8')).not.toMatch(/<script|\bsrc=|url\(|https?:\/\/(?!127\.0\.0\.1)/)
  const browser = await startBrowser()
  try {
    const { page, complaints, requests } = await openPage(browser, `file://${file}`)
    expect(complaints).toEqual([])
    expect(requests).toEqual([`file://${file}`])
    expect(await page.title()).toContain('2026-10-01 to 2026-10-31')
    const figures = page.locator('figure')
    // Classes, savings, CPU and memory of three hosts, huge pages of one.
    expect(await figures.count()).toBe(9)
    for (const figure of await figures.all()) {
      expect(await figure.locator('svg[role=img] > title').count()).toBe(1)
      expect(await figure.locator('details table').count()).toBe(1)
    }
    // Heading levels without a jump.
    const levels = await page
      .locator('h1, h2, h3')
      .evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])))
    expect(levels.every((level, index) => level <= (levels[index - 1] ?? 0) + 1)).toBe(true)
  } finally {
    await browser.close()
  }
})
