// The text about a class must be true for every VM that has this class.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { classThresholds, idleSwitches, judge } from '../../../../src/model/vm-class.ts'
import { whyClass } from '../../../../src/page/browser/class-text.js'

const say = (name: 'io' | 'mixed' | 'compute' | 'idle') =>
  whyClass(name, { ...classThresholds, idleSwitches })
const numbers = (text: string) => [...text.matchAll(/\d+(\.\d+)?/g)].map(([number]) => Number(number))

test('says where each class begins and ends', () => {
  expect((['io', 'mixed', 'compute', 'idle'] as const).map(say)).toEqual([
    'Class io begins when the ratio falls below 0.62 and ends when it reaches 0.64.',
    'Class mixed: the ratio is between 0.62 and 0.90.',
    'Class compute begins when the ratio rises above 0.90 and ends when it falls to 0.88.',
    'Class idle: too few exits to judge. Judging begins at 200 exits per second and ends below 100.',
  ])
})

test('is true whatever a VM does', () => {
  const figures = fc.array(
    fc.record({
      ratio: fc.double({ min: 0.55, max: 0.95, noNaN: true }),
      switches: fc.integer({ min: 50, max: 300 }),
    }),
  )
  fc.assert(
    fc.property(figures, (samples) => {
      let before: ReturnType<typeof judge> | undefined
      for (const { ratio, switches } of samples) {
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
