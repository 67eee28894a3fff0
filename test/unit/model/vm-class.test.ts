// The class of a VM: thresholds, margin, and the rate below which a VM is idle.
import { expect, test } from 'vitest'
import { rootModeRatio } from '../../../src/model/shares.ts'
import { judge, type VmClass } from '../../../src/model/vm-class.ts'
import { table3_17, table7_4 } from '../../rules/thesis-tables.ts'

/** The classes for a sequence of ratios, at a rate that is high enough to classify. */
function verdicts(...ratios: readonly number[]): VmClass[] {
  let verdict: VmClass | undefined
  return ratios.map((ratio) => {
    verdict = judge(verdict, ratio, 1000)
    return verdict
  })
}

test.each([
  [0, 'io'],
  [0.6199, 'io'],
  [0.62, 'mixed'],
  [0.9, 'mixed'],
  [0.9001, 'compute'],
  [1, 'compute'],
] as const)('classifies a first ratio of %d as %s', (ratio, verdict) => {
  expect(verdicts(ratio)).toEqual([verdict])
})

test('keeps a class until the ratio is beyond the threshold by the margin', () => {
  expect(verdicts(0.61, 0.63, 0.6399, 0.64, 0.63)).toEqual(['io', 'io', 'io', 'mixed', 'mixed'])
  expect(verdicts(0.91, 0.89, 0.8801, 0.88, 0.89)).toEqual([
    'compute',
    'compute',
    'compute',
    'mixed',
    'mixed',
  ])
  expect(verdicts(0.95, 0.5, 0.95)).toEqual(['compute', 'io', 'compute'])
})

test('classifies from 200 exits per second on, and until fewer than 100', () => {
  const rates = [199.9, 200, 150, 100, 99.9, 150, 200]
  let verdict: VmClass | undefined
  const seen = rates.map((rate) => {
    verdict = judge(verdict, 0.95, rate)
    return verdict
  })
  expect(seen).toEqual(['idle', 'compute', 'compute', 'compute', 'idle', 'idle', 'compute'])
})

test('does not apply the margin to a VM that was idle', () => {
  expect(judge('idle', 0.63, 1000)).toBe('mixed')
  expect(judge('io', 0.63, 1000)).toBe('io')
})

test('calls a VM without exits idle', () => {
  expect(judge('io', undefined, 0)).toBe('idle')
})

test('classifies the VMs of the thesis as the thesis did', () => {
  const verdict = ({ rows, minutes }: typeof table3_17) =>
    rows.map(({ vm, kvmVmSwitchNum, kvmQemuSwitchNum }) => {
      const perSecond = (kvmVmSwitchNum + kvmQemuSwitchNum) / minutes / 60
      return `${vm.split('-')[0]} ${judge(undefined, rootModeRatio(kvmVmSwitchNum, kvmQemuSwitchNum), perSecond)}`
    })
  expect(new Set(verdict(table3_17))).toEqual(new Set(['centos7 compute', 'win2003 io', 'win2008 mixed']))
  expect(verdict(table7_4)).toEqual(['tuned compute', 'untuned io'])
})
