// How often the judge is wrong, by simulation with a seed: the targets of issue 11. `npm run bench -- proof` prints them.
import { describe, expect, test } from 'vitest'
import { compareSwitchback } from '../../../../src/remediate/verify/switchback.ts'
import {
  beforeAfterRun,
  isImprovedInTwoDays,
  isImprovedOnce,
  shareOfRuns,
  switchbackRun,
  verdictOfBeforeAfter,
  verdictOfSwitchback,
} from '../../../helpers/remediate/judged-runs.ts'

/** The sampling error of 4 % is then 0.2 points. */
const many = 10_000
const some = 2_000

/** 0.7 is where the switchback errs most often. */
const correlations = [0.5, 0.7, 0.8, 0.95]
const drifts = [0, 0.2, 0.4, -0.2, -0.4]
const table = correlations.flatMap((correlation) => drifts.map((drift) => ({ correlation, drift })))

describe('switchback', () => {
  test.each(table)('calls at most 4 % improved without an effect: $correlation, drift $drift', (noise) => {
    const share = shareOfRuns(
      1,
      many,
      (next) => verdictOfSwitchback(next, { ...noise, factor: 1 }) === 'improved',
    )
    expect(share).toBeLessThanOrEqual(0.04)
    // So that a judge that never says improved does not pass.
    if (noise.correlation < 0.9) expect(share).toBeGreaterThan(0.01)
  })

  test.each(table)('calls at most 8 % worse without an effect: $correlation, drift $drift', (noise) => {
    const share = shareOfRuns(
      2,
      some,
      (next) => verdictOfSwitchback(next, { ...noise, factor: 1 }) === 'worse',
    )
    expect(share).toBeLessThanOrEqual(0.08)
  })

  test.each(correlations)(
    'with two windows a block, still calls at most 4 %% improved: %d',
    (correlation) => {
      const share = shareOfRuns(3, many, (next) => {
        const blocks = switchbackRun(next, { correlation, drift: 0, factor: 1 })
        const result = compareSwitchback(blocks.map((values) => values.slice(1, 3)))
        return 'verdict' in result && result.verdict === 'improved'
      })
      expect(share).toBeLessThanOrEqual(0.04)
    },
  )

  test.each(table)('finds at least 95 % of the halved run delays: $correlation, drift $drift', (noise) => {
    const share = shareOfRuns(
      4,
      some,
      (next) => verdictOfSwitchback(next, { ...noise, factor: 0.5 }) === 'improved',
    )
    expect(share).toBeGreaterThanOrEqual(0.95)
  })

  test.each(correlations)('calls at least 80 %% of the doubled costs worse: %d', (correlation) => {
    const simulation = { correlation, drift: 0.2, factor: 2 }
    const share = shareOfRuns(5, some, (next) => verdictOfSwitchback(next, simulation) === 'worse')
    expect(share).toBeGreaterThanOrEqual(0.8)
  })

  test.each([
    [0.5, 0.038],
    [0.8, 0.036],
    [0.95, 0.008],
  ])('with a gain of 10 %%, errs as often as in the design: %d', (correlation, expected) => {
    const share = shareOfRuns(6, many, (next) => {
      const result = compareSwitchback(
        switchbackRun(next, { correlation, drift: 0, factor: 1 }),
        Math.log(0.9),
      )
      return 'verdict' in result && result.verdict === 'improved'
    })
    expect(Math.abs(share - expected)).toBeLessThan(0.006)
  })
})

describe('before and after', () => {
  test.each(table)('calls at most 4 % improved without an effect: $correlation, drift $drift', (noise) => {
    const share = shareOfRuns(
      7,
      some,
      (next) => verdictOfBeforeAfter(next, { ...noise, factor: 1 }) === 'improved',
    )
    expect(share).toBeLessThanOrEqual(0.04)
  })

  test.each(table)('so too if it judges again every ten windows: $correlation, drift $drift', (noise) => {
    const share = shareOfRuns(8, some, (next) =>
      isImprovedOnce(beforeAfterRun(next, { ...noise, factor: 1 }, 60)),
    )
    expect(share).toBeLessThanOrEqual(0.04)
  })

  test.each(table)('so too if it is measured again the next day: $correlation, drift $drift', (noise) => {
    const share = shareOfRuns(10, some, (next) => isImprovedInTwoDays(next, { ...noise, factor: 1 }))
    expect(share).toBeLessThanOrEqual(0.04)
  })

  test('with the next day, it finds more of the work that costs half as much', () => {
    const simulation = { correlation: 0.8, drift: -0.2, factor: 0.5 }
    const [once, twice] = [
      shareOfRuns(11, some, (next) => isImprovedOnce(beforeAfterRun(next, simulation, 60))),
      shareOfRuns(11, some, (next) => isImprovedInTwoDays(next, simulation)),
    ]
    expect(twice).toBeGreaterThan(once + 0.1)
  })

  test.each(table)('finds the effect of the thesis, 0.61 to 0.99: $correlation, drift $drift', (noise) => {
    // The share of userspace exits, from table 7-4.
    const factor = 0.007 / 0.39
    const share = shareOfRuns(
      9,
      some,
      (next) => verdictOfBeforeAfter(next, { ...noise, factor }) === 'improved',
    )
    expect(share).toBeGreaterThanOrEqual(0.95)
  })
})
