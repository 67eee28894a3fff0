import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Activity,
  costText,
  leastCost,
  lnCost,
  type Metric,
  plainNumber,
  workOf,
} from '../../../../src/remediate/verify/work.ts'

const nothing: Activity = {
  cpu: undefined,
  runDelay: undefined,
  userspaceSwitches: undefined,
  bytes: undefined,
  packets: undefined,
}
const metrics: readonly Metric[] = ['run-delay', 'userspace-per-byte', 'userspace-per-packet']

describe('the cost per work done', () => {
  test('of run delay is a share of the runnable time', () => {
    expect(workOf('run-delay', { ...nothing, cpu: 1.5, runDelay: 0.5 })).toEqual({
      cost: 0.25,
      load: 2,
      done: 1.5,
    })
  })

  test('of a disk is exits per MiB', () => {
    const activity = { ...nothing, userspaceSwitches: 600, bytes: 2 * 1024 * 1024 }
    expect(workOf('userspace-per-byte', activity)).toEqual({ cost: 300, load: 2, done: 2 })
  })

  test('of a NIC is exits per packet', () => {
    const activity = { ...nothing, userspaceSwitches: 500, packets: 1000 }
    expect(workOf('userspace-per-packet', activity)).toEqual({ cost: 0.5, load: 1000, done: 1000 })
  })

  test('is 0 and not NaN if nothing was done', () => {
    expect(workOf('run-delay', { ...nothing, cpu: 0, runDelay: 0 })).toEqual({ cost: 0, load: 0, done: 0 })
    const idle = { ...nothing, userspaceSwitches: 50, bytes: 0, packets: 0 }
    expect(workOf('userspace-per-byte', idle)).toEqual({ cost: 0, load: 0, done: 0 })
    expect(workOf('userspace-per-packet', idle)).toEqual({ cost: 0, load: 0, done: 0 })
  })

  test.each([
    ['run-delay', {}, 'the CPU time of the vCPU threads'],
    ['run-delay', { cpu: 1 }, 'the run delay, which this kernel does not count'],
    ['userspace-per-byte', { bytes: 1 }, 'the exits of the VM'],
    ['userspace-per-byte', { userspaceSwitches: 1, packets: 1 }, 'the bytes of the disks'],
    ['userspace-per-packet', { userspaceSwitches: 1, bytes: 1 }, 'the packets of the NICs'],
  ] as const)('of %s from %j says what is missing', (metric, known, missing) => {
    expect(workOf(metric, { ...nothing, ...known })).toEqual({ missing })
  })
})

describe('the logarithm', () => {
  test.each(metrics)('of %s is finite for 0, and never falls while the cost rises', (metric) => {
    expect(lnCost(metric, 0)).toBe(Math.log(leastCost[metric]))
    const cost = fc.double({ min: 0, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(cost, cost, (one, two) => {
        const [low, high] = [Math.min(one, two), Math.max(one, two)]
        expect(Number.isFinite(lnCost(metric, low))).toBe(true)
        expect(lnCost(metric, low)).toBeLessThanOrEqual(lnCost(metric, high))
      }),
    )
  })

  test('sees no difference between 0 and next to nothing', () => {
    expect(lnCost('run-delay', 0)).toBe(lnCost('run-delay', 0.0009))
  })
})

describe('the text', () => {
  test.each([
    [
      'run-delay',
      0.201,
      0.0004,
      'the VM waited for a CPU during 20.1 % of its runnable time without the change and less than 0.1 % with it',
    ],
    [
      'userspace-per-byte',
      311.4,
      0,
      'the VM made 311 userspace exits per MiB without the change and less than 0.100 with it',
    ],
    [
      'userspace-per-packet',
      1.08,
      0.0123,
      'the VM made 1.08 userspace exits per packet without the change and 0.0123 with it',
    ],
  ] as const)('of %s names both figures', (metric, without, withIt, text) => {
    expect(costText(metric, without, withIt)).toBe(text)
  })

  test.each([
    [0, '0'],
    [0.00001, '0.0000'],
    [0.5, '0.500'],
    [9.876, '9.88'],
    [1234.5, '1235'],
    [1e21, '1e+21'],
  ])('writes %d as %s', (value, text) => expect(plainNumber(value)).toBe(text))
})
