// The ratios that classify a VM.
import { expect, test } from 'vitest'
import { ioShare, rootModeRatio, runDelayShare, userspaceCost } from '../../../src/model/shares.ts'
import { table3_17, table7_4 } from '../../rules/thesis-tables.ts'

const rows = [...table3_17.rows, ...table7_4.rows]

/** The thesis truncates to the digits that it prints; it does not round. */
function cut(value: number, printed: number): number {
  const digits = String(printed).split('.')[1]!.length
  return Math.floor(value * 10 ** digits) / 10 ** digits
}

test.each(rows)('computes the shares that the thesis printed for its $vm', (row) => {
  const { ioNum, kvmVmSwitchNum, kvmQemuSwitchNum, kvmVmShare } = row
  expect(cut(rootModeRatio(kvmVmSwitchNum, kvmQemuSwitchNum)!, kvmVmShare)).toBeCloseTo(kvmVmShare, 4)
  expect(ioShare(ioNum, kvmVmSwitchNum, kvmQemuSwitchNum)).toBeCloseTo(row.ioShare, 3)
})

test('computes the shares of times', () => {
  expect(runDelayShare(0.25, 0.75)).toBe(0.25)
  expect(userspaceCost(3, 2)).toBe(1.5)
})

test('gives no share if the denominator is 0', () => {
  expect(rootModeRatio(0, 0)).toBeUndefined()
  expect(ioShare(0, 0, 0)).toBeUndefined()
  expect(runDelayShare(0, 0)).toBeUndefined()
  expect(userspaceCost(1, 0)).toBeUndefined()
  expect(rootModeRatio(0, 5)).toBe(0)
})
