// Rings of the last samples.
import { expect, test } from 'vitest'
import { Series, Timeline } from '../../../src/observe/timeline.ts'

const maxPoints = 60

/** A sample every 5 s from 1,000 on, with the given values. */
function timelineOf(...values: readonly (number | undefined)[]) {
  const timeline = new Timeline(maxPoints)
  const series = new Series(maxPoints)
  values.forEach((value, index) => {
    timeline.add(1000 + index * 5, index === 0 ? Number.NaN : 5)
    series.set(timeline.slot, value)
  })
  return { timeline, series, values: (slots: number[]) => slots.map((slot) => series.at(slot)) }
}

test('keeps the last samples, oldest first', () => {
  const { timeline, values } = timelineOf(...Array.from({ length: maxPoints + 3 }, (_, index) => index))
  expect(timeline.length).toBe(maxPoints)
  const kept = values(timeline.since(0))
  expect(kept).toHaveLength(maxPoints)
  expect([kept[0], kept.at(-1)]).toEqual([3, maxPoints + 2])
  expect(timeline.at(timeline.slot)).toBe(1000 + (maxPoints + 2) * 5)
})

test('since() gives only later samples', () => {
  const { timeline, values } = timelineOf(1, 2, 3)
  expect(values(timeline.since(1005))).toEqual([3])
  expect(values(timeline.since(1004.9))).toEqual([2, 3])
  expect(values(timeline.since(1010))).toEqual([])
})

test('window() gives the last samples that together cover the given time', () => {
  const { timeline, values } = timelineOf(undefined, 1, 2, 3, 4)
  expect(values(timeline.window(10))).toEqual([3, 4])
  expect(values(timeline.window(11))).toEqual([2, 3, 4])
  expect(values(timeline.window(1))).toEqual([4])
  expect(values(timeline.window(1000))).toEqual([Number.NaN, 1, 2, 3, 4])
})

test('mean() leaves out gaps and weights a sample by the time that it covers', () => {
  const { timeline, series } = timelineOf(undefined, 1, undefined, 4)
  expect(timeline.mean(series, timeline.window(1000))).toBe(2.5)
  timeline.add(1035, 20)
  series.set(timeline.slot, 7)
  expect(timeline.mean(series, timeline.window(1000))).toBeCloseTo((1 * 5 + 4 * 5 + 7 * 20) / 30)
})

test('mean() is undefined if there are only gaps', () => {
  const { timeline, series } = timelineOf(undefined, undefined)
  expect(timeline.mean(series, timeline.window(1000))).toBeUndefined()
})
