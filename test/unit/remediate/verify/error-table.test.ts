// How often the judge of switchbacks is wrong, by simulation with a seed.
import { expect, test } from 'vitest'
import { judgeSwitchback } from '../../../../src/remediate/verify/switchback.ts'
import { random, type Simulation, simulatedSwitchback } from '../../../helpers/remediate/judged-runs.ts'

/** Enough that the sampling error of 4 % is 0.2 points. */
const many = 10_000
const some = 1_000
const correlations = [0.5, 0.8, 0.95]
const drifts = [0, 0.2, 0.4]

function shareOf(verdict: 'improved' | 'worse', simulation: Simulation, seed: number, runs: number): number {
  const next = random(seed)
  let count = 0
  for (let run = 0; run < runs; run++) {
    if (judgeSwitchback(simulatedSwitchback(next, simulation)).verdict === verdict) count += 1
  }
  return count / runs
}

const table = correlations.flatMap((correlation) => drifts.map((drift) => [correlation, drift] as const))

test.each(table)(
  'without an effect, at most 4 % are improved (correlation %d, drift %d)',
  (correlation, drift) => {
    expect(shareOf('improved', { correlation, drift, factor: 1 }, 1, many)).toBeLessThanOrEqual(0.04)
    expect(shareOf('improved', { correlation, drift: -drift, factor: 1 }, 2, many)).toBeLessThanOrEqual(0.04)
  },
)

test.each(table)(
  'if the cost is halved, at least 95 % are improved (correlation %d, drift %d)',
  (correlation, drift) => {
    expect(shareOf('improved', { correlation, drift, factor: 0.5 }, 3, some)).toBeGreaterThanOrEqual(0.95)
  },
)

test.each(correlations)('if the cost doubles, at least 80 %% are worse (correlation %d)', (correlation) => {
  expect(shareOf('worse', { correlation, drift: 0.2, factor: 2 }, 4, some)).toBeGreaterThanOrEqual(0.8)
})

test.each(table)(
  'without an effect, at most 8 % are worse (correlation %d, drift %d)',
  (correlation, drift) => {
    expect(shareOf('worse', { correlation, drift, factor: 1 }, 5, some)).toBeLessThanOrEqual(0.08)
  },
)
