// The text about a class must be true for every VM that has this class.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { classThresholds, idleSwitches, judge, type VmClass } from '../../../../src/model/vm-class.ts'
import { whyClass } from '../../../../src/page/browser/class-text.js'

const say = (name: VmClass) => whyClass(name, { ...classThresholds, idleSwitches })
const nearlyAllInKvm = new Set<VmClass | undefined>(['near-native', 'in-kernel-io'])
const numbers = (text: string) => [...text.matchAll(/\d+(\.\d+)?/g)].map(([number]) => Number(number))

test('says where each class begins and ends', () => {
  const same =
    'Classes near-native and in-kernel-io begin when the ratio rises above 0.90 and end when it falls to 0.88. Such a VM becomes in-kernel-io when its I/O share reaches 10 %, and near-native again when the share falls below 8.0 %.'
  expect((['emulated-io', 'mixed', 'in-kernel-io', 'near-native', 'idle'] as const).map(say)).toEqual([
    'Class emulated-io begins when the ratio falls below 0.62 and ends when it reaches 0.64.',
    'Class mixed: the ratio is between 0.62 and 0.90.',
    same,
    same,
    'Class idle: too few exits to judge. Judging begins at 200 exits per second and ends below 100.',
  ])
})

test('is true whatever a VM does', () => {
  const figures = fc.array(
    fc.record({
      ratio: fc.double({ min: 0.55, max: 0.95, noNaN: true }),
      ioShare: fc.option(fc.double({ min: 0.05, max: 0.15, noNaN: true }), { nil: undefined }),
      switches: fc.integer({ min: 50, max: 300 }),
    }),
  )
  fc.assert(
    fc.property(figures, (samples) => {
      let before: VmClass | undefined
      for (const figures of samples) {
        const { ratio, ioShare = 0, switches } = figures
        const now = judge(before, figures)
        const [begins, ends, ioBegins, ioEnds] = numbers(say(now)) as [number, number, number, number]
        const isNew = now !== before
        if (now === 'emulated-io') expect(ratio).toBeLessThan(isNew ? begins : ends)
        if (now === 'near-native' || now === 'in-kernel-io') {
          expect(ratio).toBeGreaterThan(nearlyAllInKvm.has(before) ? ends : begins)
          const ioFloor = (before === 'in-kernel-io' ? ioEnds : ioBegins) / 100
          if (now === 'in-kernel-io') expect(ioShare).toBeGreaterThanOrEqual(ioFloor)
          else expect(ioShare).toBeLessThan(ioFloor)
        }
        if (now === 'mixed') {
          expect(ratio).toBeGreaterThanOrEqual(begins)
          expect(ratio).toBeLessThanOrEqual(ends)
        }
        if (now === 'idle')
          expect(switches).toBeLessThan(before === undefined || before === 'idle' ? begins : ends)
        else if (before === 'idle') expect(switches).toBeGreaterThanOrEqual(200)
        before = now
      }
    }),
  )
})
