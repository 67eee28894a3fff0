// The class of a VM: thresholds, margin, and the rate below which a VM is idle.
import { expect, test } from 'vitest'
import { ioShare, rootModeRatio } from '../../../src/model/shares.ts'
import { type ClassFigures, judge, type VmClass } from '../../../src/model/vm-class.ts'
import { type ThesisTable, table3_17, table7_4 } from '../../rules/thesis-tables.ts'

/** The classes for a sequence of figures, at a rate that is high enough to classify. Without an I/O share it is 0. */
function verdicts(...figures: readonly Partial<ClassFigures>[]): VmClass[] {
  let verdict: VmClass | undefined
  return figures.map((some) => {
    verdict = judge(verdict, { ratio: 0.95, ioShare: 0, switches: 1000, ...some })
    return verdict
  })
}

const ofRatios = (...ratios: readonly number[]) => verdicts(...ratios.map((ratio) => ({ ratio })))
const ofIoShares = (...shares: readonly (number | undefined)[]) =>
  verdicts(...shares.map((share) => ({ ioShare: share })))

test.each([
  [0, 0, 'emulated-io'],
  [0.6199, 0.9, 'emulated-io'],
  [0.62, 0.3, 'mixed'],
  [0.9, 0.5, 'mixed'],
  [0.9001, 0.0999, 'near-native'],
  [0.9001, 0.1, 'in-kernel-io'],
  [1, 1, 'in-kernel-io'],
  [1, 0, 'near-native'],
  [1, undefined, 'near-native'],
] as const)('classifies a first ratio of %d with an I/O share of %s as %s', (ratio, share, verdict) => {
  expect(verdicts({ ratio, ioShare: share })).toEqual([verdict])
})

test('keeps a class until the ratio is beyond the threshold by the margin', () => {
  expect(ofRatios(0.61, 0.63, 0.6399, 0.64, 0.63)).toEqual([
    'emulated-io',
    'emulated-io',
    'emulated-io',
    'mixed',
    'mixed',
  ])
  expect(ofRatios(0.91, 0.89, 0.8801, 0.88, 0.89)).toEqual([
    'near-native',
    'near-native',
    'near-native',
    'mixed',
    'mixed',
  ])
  expect(ofRatios(0.95, 0.5, 0.95)).toEqual(['near-native', 'emulated-io', 'near-native'])
})

test('keeps the class in-kernel-io until the I/O share is below the threshold by the margin', () => {
  expect(ofIoShares(0.09, 0.1, 0.09, 0.0801, 0.0799, 0.09)).toEqual([
    'near-native',
    'in-kernel-io',
    'in-kernel-io',
    'in-kernel-io',
    'near-native',
    'near-native',
  ])
  expect(ofIoShares(0.3, undefined, 0.3)).toEqual(['in-kernel-io', 'near-native', 'in-kernel-io'])
})

test('keeps the margin of the ratio for a VM that changes between near-native and in-kernel-io', () => {
  expect(
    verdicts(
      { ratio: 0.91, ioShare: 0 },
      { ratio: 0.89, ioShare: 0.3 },
      { ratio: 0.89, ioShare: 0 },
      { ratio: 0.87, ioShare: 0.3 },
      { ratio: 0.89, ioShare: 0.3 },
    ),
  ).toEqual(['near-native', 'in-kernel-io', 'near-native', 'mixed', 'mixed'])
})

test('classifies from 200 exits per second on, and until fewer than 100', () => {
  const rates = [199.9, 200, 150, 100, 99.9, 150, 200]
  expect(verdicts(...rates.map((switches) => ({ switches })))).toEqual([
    'idle',
    'near-native',
    'near-native',
    'near-native',
    'idle',
    'idle',
    'near-native',
  ])
})

test('does not apply the margin to a VM that was idle', () => {
  const ofRatio = { ratio: 0.63, ioShare: 0, switches: 1000 }
  expect(judge('idle', ofRatio)).toBe('mixed')
  expect(judge('emulated-io', ofRatio)).toBe('emulated-io')
  const ofShare = { ratio: 0.95, ioShare: 0.09, switches: 1000 }
  expect(judge('idle', ofShare)).toBe('near-native')
  expect(judge('in-kernel-io', ofShare)).toBe('in-kernel-io')
})

test('calls a VM without exits idle', () => {
  expect(judge('emulated-io', { ratio: undefined, ioShare: undefined, switches: 0 })).toBe('idle')
})

test('classifies the VMs of the thesis as the thesis did, and none of them as in-kernel-io', () => {
  const verdict = ({ rows, minutes }: ThesisTable) =>
    rows.map(({ vm, ioNum, kvmVmSwitchNum, kvmQemuSwitchNum }) => {
      const name = judge(undefined, {
        ratio: rootModeRatio(kvmVmSwitchNum, kvmQemuSwitchNum),
        ioShare: ioShare(ioNum, kvmVmSwitchNum, kvmQemuSwitchNum),
        switches: (kvmVmSwitchNum + kvmQemuSwitchNum) / minutes / 60,
      })
      return `${vm.split('-')[0]} ${name}`
    })
  expect(new Set(verdict(table3_17))).toEqual(
    new Set(['centos7 near-native', 'win2003 emulated-io', 'win2008 mixed']),
  )
  expect(verdict(table7_4)).toEqual(['tuned near-native', 'untuned emulated-io'])
})
