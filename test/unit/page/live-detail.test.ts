// GET /api/v1/live/vms/<pid>: the document.
import { describe, expect, test } from 'vitest'
import { HostHistory } from '../../../src/observe/host-history.ts'
import type { Sample } from '../../../src/observe/sample.ts'
import { describeDetail } from '../../../src/page/live-detail.ts'
import { sampling } from '../../../src/page/sampling.ts'
import { exits } from '../../helpers/exits.ts'
import { task, vm } from '../../helpers/host-snapshot.ts'
import { sample } from '../../helpers/sample.ts'

const web = vm('web', 10, { vcpus: [{ id: 0, tid: 11 }] })

function detailOf(...samples: readonly Sample[]) {
  const history = new HostHistory(sampling)
  for (const one of samples) history.add(one)
  return describeDetail(history, samples.at(-1)!, 10)
}

/** A sample in which the module has counted this many exits by reason. */
const counts = (
  at: number,
  io: number,
  hlt: number,
  more: { kernelSwitches?: number; kernelNs?: number } = {},
) =>
  sample(at, [web], {
    exits: [
      exits(10, {
        kernelSwitches: io + hlt,
        ...more,
        reasons: new Map([
          ['io', io],
          ['hlt', hlt],
        ]),
      }),
    ],
    tasks: [task(10, 11, { cpuNs: at * 5e8, runDelayNs: at * 5e8, cpu: 3, policy: 2, rtPriority: 90 })],
  })

test('lists exits by reason, the most frequent first, without reasons that did not occur', () => {
  expect(detailOf(counts(1, 100, 1000), counts(11, 600, 1100))?.exits).toMatchObject({
    seconds: 10,
    kernelSwitches: 60,
    reasons: [
      { reason: 'io', perSecond: 50 },
      { reason: 'hlt', perSecond: 10 },
    ],
  })
  expect(detailOf(counts(1, 100, 1000), counts(11, 100, 1100))?.exits.reasons).toEqual([
    { reason: 'hlt', perSecond: 10 },
  ])
})

describe('exits handed to QEMU', () => {
  const counted = (at: number, counts: readonly (readonly [string, number, number | undefined])[]) => {
    const waits = new Map(counts.map(([name, count, ns]) => [name, { count, ns }]))
    return sample(at, [web], { exits: [exits(10, { devices: waits, userspaceReasons: waits })] })
  }

  test('are listed by what costs most time, without what did not occur', () => {
    const before = counted(0, [
      ['often', 0, 0],
      ['slow', 10, 1e9],
      ['never', 7, 7],
    ])
    const after = counted(10, [
      ['often', 1000, 1e9],
      ['slow', 20, 6e9],
      ['never', 7, 7],
      ['new', 5, 5e8],
    ])
    const mix = detailOf(before, after)?.exits
    expect(mix?.devices).toEqual([
      { device: 'slow', perSecond: 1, waitSeconds: 0.5 },
      { device: 'often', perSecond: 100, waitSeconds: 0.1 },
      { device: 'new', perSecond: 0.5, waitSeconds: 0.05 },
    ])
    expect(mix?.userspaceReasons?.map(({ reason }) => reason)).toEqual(['slow', 'often', 'new'])
  })

  test('are listed by their number if time is not measured', () => {
    const before = counted(0, [])
    const after = counted(10, [
      ['a', 10, undefined],
      ['b', 20, undefined],
    ])
    expect(detailOf(before, after)?.exits.devices).toEqual([
      { device: 'b', perSecond: 2, waitSeconds: null },
      { device: 'a', perSecond: 1, waitSeconds: null },
    ])
  })

  test('are not known if the source does not count them', () => {
    expect(detailOf(counts(0, 1, 1), counts(5, 2, 2))?.exits).toMatchObject({
      devices: null,
      userspaceReasons: null,
    })
  })
})

test('shows the exits of each vCPU if the module counts them', () => {
  const counted = (at: number, exits: number) => ({
    ...counts(at, 0, 0),
    vcpuExits: {
      value: new Map([
        [
          11,
          {
            ...{ tid: 11, exits, userspaceSwitches: exits / 10, io: 0 },
            ...{ kernelNs: undefined, haltNs: undefined, userspaceNs: exits * 1e6 },
          },
        ],
      ]),
      problems: [],
    },
  })
  expect(detailOf(counted(0, 0), counted(10, 1000))?.vcpus).toMatchObject([
    { exits: 100, userspaceSwitches: 10, userspaceWaitSeconds: 0.1 },
  ])
  // The module was loaded again.
  expect(detailOf(counted(0, 1000), counted(10, 500))?.vcpus).toMatchObject([{ exits: null }])
})

test('counts a new reason from zero', () => {
  const before = sample(0, [web], { exits: [exits(10, { reasons: new Map() })] })
  expect(detailOf(before, counts(10, 50, 0))?.exits.reasons).toEqual([{ reason: 'io', perSecond: 5 }])
})

test('has no exits from a single sample, and no reasons if the source does not count them', () => {
  expect(detailOf(counts(0, 1, 1))?.exits).toMatchObject({
    seconds: null,
    kernelSwitches: null,
    reasons: null,
  })
  const uncounted = (at: number) => sample(at, [web], { exits: [exits(10, { kernelSwitches: at })] })
  expect(detailOf(uncounted(0), uncounted(5))?.exits).toMatchObject({
    seconds: 5,
    kernelSwitches: 1,
    reasons: null,
    kernelSeconds: null,
  })
})

test('does not compare with counts from before a reset', () => {
  const restarted = [counts(0, 1000, 0), counts(5, 2000, 0), counts(10, 5, 0), counts(15, 55_000, 0)]
  expect(detailOf(...restarted)?.exits.seconds).toBeNull()
  // The mark of the first half minute is replaced by one from after the reset.
  const later = [20, 25, 30, 35, 40, 45, 50, 55, 60, 65].map((at) => counts(at, 55_000 + at, 0))
  expect(detailOf(...restarted, ...later)?.exits.reasons).toEqual([{ reason: 'io', perSecond: 1 }])
})

test('describes the vCPU threads', () => {
  expect(detailOf(counts(0, 0, 0), counts(10, 0, 0))?.vcpus).toEqual([
    {
      ...{ id: 0, tid: 11, lastCpu: 3, policy: 'rr', nice: null, priority: 90, cpu: 0.5, runDelay: 0.5 },
      ...{ exits: null, userspaceSwitches: null, userspaceWaitSeconds: null },
    },
  ])
  expect(detailOf(counts(5, 0, 0))?.vcpus).toMatchObject([{ cpu: null, runDelay: null }])
})

test('has the last minutes', () => {
  expect(detailOf(counts(1, 0, 0), counts(6, 0, 500))?.history).toEqual({
    at: [1, 6],
    ratio: [null, 1],
    kernelSwitches: [null, 100],
    userspaceSwitches: [null, 0],
    cpu: [null, 0.5],
    runDelaySeconds: [null, 0.5],
    userspaceWaitSeconds: [null, null],
  })
})

test('is undefined for a process that is not a VM', () => {
  expect(detailOf(sample(0, [vm('mail', 20)]))).toBeUndefined()
})
