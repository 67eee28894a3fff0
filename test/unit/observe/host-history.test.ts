// The last minutes of a host and its VMs.
import { expect, test } from 'vitest'
import { HostHistory } from '../../../src/observe/host-history.ts'
import type { Series } from '../../../src/observe/timeline.ts'
import { exits } from '../../helpers/exits.ts'
import { task, vm } from '../../helpers/host-snapshot.ts'
import { sample } from '../../helpers/sample.ts'

const size = { windowSeconds: 60, points: 60 }

const web = vm('web', 10, { startNs: 5e9, vcpus: [{ id: 0, tid: 11 }] })
const mail = vm('mail', 20, { startNs: 6e9 })

const values = (history: HostHistory, series: Series) =>
  history.timeline.since(-1).map((slot) => series.at(slot))
const gap = Number.NaN

test('has rates from the second sample on', () => {
  const history = new HostHistory(size)
  history.add(sample(100, [web], { exits: [exits(10, { kernelSwitches: 1e6 })] }))
  expect(history.vm(web).figures.class).toBeUndefined()
  expect(values(history, history.kernelSwitches)).toEqual([gap])
  history.add(
    sample(105, [web], {
      exits: [exits(10, { kernelSwitches: 1e6 + 4500, userspaceSwitches: 500, io: 250 })],
    }),
  )
  expect(history.vm(web).figures).toMatchObject({
    class: 'mixed',
    ratio: 0.9,
    ioShare: 0.05,
    kernelSwitches: 900,
    userspaceSwitches: 100,
    cpu: undefined,
  })
  expect(values(history, history.vm(web).kernelSwitches)).toEqual([gap, 900])
})

test('takes CPU time and run delay from the vCPU threads', () => {
  const history = new HostHistory(size)
  const at = (cpuNs: number, runDelayNs: number, userspaceNs: number) => ({
    exits: [exits(10, { userspaceNs })],
    tasks: [task(10, 11, { cpuNs, runDelayNs })],
  })
  history.add(sample(0, [web], at(0, 0, 0)))
  history.add(sample(10, [web], at(6e9, 2e9, 3e9)))
  expect(history.vm(web).figures).toMatchObject({
    class: 'idle',
    cpu: expect.closeTo(0.6),
    runDelay: expect.closeTo(0.25),
    userspaceCost: 0.5,
  })
  expect(history.figures().runDelay).toBeCloseTo(0.25)
})

test('counters that were reset leave a gap, and neither a fall nor a jump', () => {
  const history = new HostHistory(size)
  for (const [index, count] of [1e6, 1e6 + 5000, 100, 5100, 10_100].entries())
    history.add(sample(index * 5, [web], { exits: [exits(10, { kernelSwitches: count })] }))
  expect(values(history, history.vm(web).kernelSwitches)).toEqual([gap, 1000, gap, 1000, 1000])
  expect(values(history, history.kernelSwitches)).toEqual([gap, 1000, gap, 1000, 1000])
  expect(history.vm(web).figures.kernelSwitches).toBe(1000)
  expect(history.vm(web).exitsKnownSince).toBe(10)
})

test('treats a reused process ID as another VM', () => {
  const history = new HostHistory(size)
  const later = vm('other', 10, { startNs: 900e9 })
  const counted = (kernelSwitches: number) => ({ exits: [exits(10, { kernelSwitches })] })
  history.add(sample(0, [web], counted(1000)))
  history.add(sample(5, [web], counted(6000)))
  history.add(sample(10, [later], counted(1_000_000)))
  expect(values(history, history.vm(later).kernelSwitches)).toEqual([gap, gap, gap])
  history.add(sample(15, [later], counted(1_010_000)))
  expect(values(history, history.vm(later).kernelSwitches)).toEqual([gap, gap, gap, 2000])
})

test('forgets a VM that is gone, and starts a new history if it returns', () => {
  const history = new HostHistory(size)
  const counted = (web: number) => ({
    exits: [exits(10, { kernelSwitches: web }), exits(20, { kernelSwitches: 0 })],
  })
  history.add(sample(0, [web, mail], counted(0)))
  history.add(sample(5, [web, mail], counted(5000)))
  const first = history.vm(web)
  history.add(sample(10, [mail], counted(10_000)))
  expect(history.vm(web)).toBeUndefined()
  history.add(sample(15, [web, mail], counted(15_000)))
  expect(history.vm(web)).not.toBe(first)
  expect(values(history, history.vm(web).kernelSwitches)).toEqual([gap, gap, gap, gap])
})

test('keeps a class within the margin, from sample to sample', () => {
  const history = new HostHistory(size)
  let kernelSwitches = 0
  let userspaceSwitches = 0
  const seen: unknown[] = []
  // Four phases of three samples, one sample every 30 s, at 1,000 exits per second.
  for (const ratio of [0.61, 0.61, 0.61, 0.63, 0.63, 0.63, 0.65, 0.65, 0.65, 0.63, 0.63, 0.63]) {
    kernelSwitches += 30_000 * ratio
    userspaceSwitches += 30_000 * (1 - ratio)
    history.add(
      sample(seen.length * 30, [web], { exits: [exits(10, { kernelSwitches, userspaceSwitches })] }),
    )
    seen.push(history.vm(web).figures.class)
  }
  expect(seen.filter((_, index) => index % 3 === 2)).toEqual(['emulated-io', 'emulated-io', 'mixed', 'mixed'])
})

test('the mark is 30 to 60 seconds old', () => {
  const history = new HostHistory(size)
  const ages: number[] = []
  for (let at = 0; at <= 200; at += 5) {
    history.add(sample(at, []))
    ages.push(at - history.mark!.clock)
  }
  expect(ages.slice(0, 4)).toEqual([0, 5, 10, 15])
  expect(Math.min(...ages.slice(13))).toBe(30)
  expect(Math.max(...ages)).toBe(55)
})

test('sums up the VMs whose rates are known', () => {
  const history = new HostHistory(size)
  const counted = (a: number, b: number) => ({
    exits: [exits(10, { kernelSwitches: a }), exits(20, { userspaceSwitches: b })],
  })
  history.add(sample(0, [web, mail], counted(0, 0)))
  history.add(sample(5, [web, mail], counted(500, 50)))
  history.add(sample(10, [web, mail], counted(0, 100)))
  expect(values(history, history.kernelSwitches)).toEqual([gap, 100, 0])
  expect(values(history, history.userspaceSwitches)).toEqual([gap, 10, 10])
})
