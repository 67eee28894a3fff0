import { describe, expect, test } from 'vitest'
import { brokenGuard } from '../../../../src/remediate/verify/guard-metrics.ts'
import type { Window } from '../../../../src/remediate/verify/window.ts'
import { judgedWindow } from '../../../helpers/remediate/judged-runs.ts'

const windows = (more: Partial<Window>, count = 8): Window[] =>
  Array.from({ length: count }, () => judgedWindow(0, 0.2, more))

test('nothing is broken if nothing changes or nothing is known', () => {
  expect(brokenGuard(windows({}), windows({}))).toBeUndefined()
  expect(brokenGuard([], [])).toBeUndefined()
  expect(brokenGuard(windows({ cpuDemand: null }), windows({ cpuDemand: null, done: 0 }))).toBeUndefined()
})

describe.each([
  ['othersRunDelay', 0.02, 'the other VMs waited for a CPU'],
  ['memoryStall', 0.02, 'all tasks of the host waited for memory'],
  ['ioStall', 0.1, 'all tasks of the host waited for disks'],
] as const)('%s', (key, most, what) => {
  test(`may rise by ${most * 100} points`, () => {
    expect(brokenGuard(windows({ [key]: 0.25 }), windows({ [key]: 0.25 + most - 0.001 }))).toBeUndefined()
    expect(brokenGuard(windows({ [key]: 0.25 }), windows({ [key]: 0.25 + most + 0.01 }))).toBe(
      `${what} during 25.0 % of the time without the change and ${((0.25 + most + 0.01) * 100).toFixed(1)} % with it`,
    )
  })

  test('may fall', () => {
    expect(brokenGuard(windows({ [key]: 0.9 }), windows({ [key]: 0 }))).toBeUndefined()
  })

  test('says nothing from fewer than eight windows, or from windows in which it is unknown', () => {
    expect(brokenGuard(windows({ [key]: 0 }, 7), windows({ [key]: 0.9 }))).toBeUndefined()
    expect(brokenGuard(windows({ [key]: 0 }), windows({ [key]: 0.9 }, 7))).toBeUndefined()
    expect(brokenGuard(windows({ [key]: null }), windows({ [key]: 0.9 }))).toBeUndefined()
  })
})

describe('work done', () => {
  const before = windows({ done: 100 })
  const cheaper = (more: Partial<Window>) => windows({ cost: 0.1, ...more })

  test('below half is broken if the cost fell', () => {
    expect(brokenGuard(before, cheaper({ done: 49 }))).toBe(
      'the VM did only 49.0 % of its usual work with the change, and is cheaper only because of that',
    )
    expect(brokenGuard(before, cheaper({ done: 51 }))).toBeUndefined()
  })

  test('below half is not broken if the cost did not fall: the comparison then says worse', () => {
    expect(brokenGuard(before, windows({ done: 10 }))).toBeUndefined()
  })

  test('below half is not broken if the VM wanted less CPU time: its load went away', () => {
    expect(brokenGuard(before, cheaper({ done: 10, cpuDemand: 0.49 }))).toBeUndefined()
    expect(brokenGuard(before, cheaper({ done: 10, cpuDemand: 0.5 }))).toContain('only 10.0 %')
  })
})
