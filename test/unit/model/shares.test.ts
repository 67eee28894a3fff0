// The shares by which a VM is judged.
import { expect, test } from 'vitest'
import { ioShare, rootModeRatio, runDelayShare, userspaceCost } from '../../../src/model/shares.ts'
import { table3_17, table7_4 } from '../../rules/thesis-tables.ts'

const rows = [...table3_17.rows, ...table7_4.rows]

/** The thesis cuts, and does not round, at the digits it prints. */
function cut(value: number, printed: number): number {
  const digits = String(printed).split('.')[1]!.length
  return Math.floor(value * 10 ** digits) / 10 ** digits
}

test.each(rows)("the thesis's $vm has the shares that it printed", (row) => {
  const { ioNum, kvmVmSwitchNum, kvmQemuSwitchNum, kvmVmShare } = row
  expect(cut(rootModeRatio(kvmVmSwitchNum, kvmQemuSwitchNum)!, kvmVmShare)).toBeCloseTo(kvmVmShare, 4)
  expect(ioShare(ioNum, kvmVmSwitchNum, kvmQemuSwitchNum)).toBeCloseTo(row.ioShare, 3)
})

test('times', () => {
  expect(runDelayShare(0.25, 0.75)).toBe(0.25)
  expect(userspaceCost(3, 2)).toBe(1.5)
})

test('of nothing there is no share', () => {
  expect(rootModeRatio(0, 0)).toBeUndefined()
  expect(ioShare(0, 0, 0)).toBeUndefined()
  expect(runDelayShare(0, 0)).toBeUndefined()
  expect(userspaceCost(1, 0)).toBeUndefined()
  expect(rootModeRatio(0, 5)).toBe(0)
})
