// Rings of the last looks.
import { expect, test } from 'vitest'
import { Series, Timeline } from '../../../src/observe/timeline.ts'

const maxPoints = 60

/** A look each 5 s from 1,000 on, with the figures given; the first has no look before it. */
function looks(...values: readonly (number | undefined)[]) {
  const timeline = new Timeline(maxPoints)
  const series = new Series(maxPoints)
  values.forEach((value, index) => {
    timeline.add(1000 + index * 5, index === 0 ? Number.NaN : 5)
    series.set(timeline.slot, value)
  })
  return { timeline, series, values: (slots: number[]) => slots.map((slot) => series.at(slot)) }
}

test('the last looks are kept, oldest first', () => {
  const { timeline, values } = looks(...Array.from({ length: maxPoints + 3 }, (_, index) => index))
  expect(timeline.length).toBe(maxPoints)
  const kept = values(timeline.since(0))
  expect(kept).toHaveLength(maxPoints)
  expect([kept[0], kept.at(-1)]).toEqual([3, maxPoints + 2])
  expect(timeline.at(timeline.slot)).toBe(1000 + (maxPoints + 2) * 5)
})

test('since a time: later ones only', () => {
  const { timeline, values } = looks(1, 2, 3)
  expect(values(timeline.since(1005))).toEqual([3])
  expect(values(timeline.since(1004.9))).toEqual([2, 3])
  expect(values(timeline.since(1010))).toEqual([])
})

test('a window is of the looks that lasted so long together', () => {
  const { timeline, values } = looks(undefined, 1, 2, 3, 4)
  expect(values(timeline.window(10))).toEqual([3, 4])
  expect(values(timeline.window(11))).toEqual([2, 3, 4])
  expect(values(timeline.window(1))).toEqual([4])
  expect(values(timeline.window(1000))).toEqual([Number.NaN, 1, 2, 3, 4])
})

test('a mean leaves gaps out and counts a look for as long as it lasted', () => {
  const { timeline, series } = looks(undefined, 1, undefined, 4)
  expect(timeline.mean(series, timeline.window(1000))).toBe(2.5)
  timeline.add(1035, 20)
  series.set(timeline.slot, 7)
  expect(timeline.mean(series, timeline.window(1000))).toBeCloseTo((1 * 5 + 4 * 5 + 7 * 20) / 30)
})

test('of gaps alone there is no mean', () => {
  const { timeline, series } = looks(undefined, undefined)
  expect(timeline.mean(series, timeline.window(1000))).toBeUndefined()
})
