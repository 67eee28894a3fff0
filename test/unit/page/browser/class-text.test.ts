// What is said of a class must hold for every VM that the judgement gives it to.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { classThresholds, idleSwitches, judge } from '../../../../src/model/vm-class.ts'
import { whyClass } from '../../../../src/page/browser/class-text.js'

const say = (name: 'io' | 'mixed' | 'compute' | 'idle') =>
  whyClass(name, { ...classThresholds, idleSwitches })
const numbers = (text: string) => [...text.matchAll(/\d+(\.\d+)?/g)].map(([number]) => Number(number))

test('where each class begins and ends', () => {
  expect((['io', 'mixed', 'compute', 'idle'] as const).map(say)).toEqual([
    'Class io begins where less than 0.62 of the switches stay inside KVM, and ends at 0.64.',
    'Class mixed: from 0.62 to 0.90 of the switches stay inside KVM.',
    'Class compute begins where more than 0.90 of the switches stay inside KVM, and ends at 0.88.',
    'Not judged: that begins at 200 switches a second, and ends below 100.',
  ])
})

test('it is true of whatever a VM does', () => {
  const figures = fc.array(
    fc.record({
      ratio: fc.double({ min: 0.55, max: 0.95, noNaN: true }),
      switches: fc.integer({ min: 50, max: 300 }),
    }),
  )
  fc.assert(
    fc.property(figures, (looks) => {
      let before: ReturnType<typeof judge> | undefined
      for (const { ratio, switches } of looks) {
        const now = judge(before, ratio, switches)
        const [begins, ends] = numbers(say(now)) as [number, number]
        const isNew = now !== before
        if (now === 'io') expect(ratio).toBeLessThan(isNew ? begins : ends)
        if (now === 'compute') expect(ratio).toBeGreaterThan(isNew ? begins : ends)
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
