// How often the judge of remediation is wrong, by simulation with seeds, beside the rank test that others use. It takes
// no host and gives the same numbers everywhere. test/unit/remediate/verify/error-table.test.ts asserts the targets.
import type { Comparison, TooFew } from '../../src/remediate/verify/comparison.ts'
import { compareSwitchback } from '../../src/remediate/verify/switchback.ts'
import {
  beforeAfterRun,
  isImprovedInTwoDays,
  isImprovedOnce,
  type Simulation,
  shareOfRuns,
  switchbackRun,
  verdictOfBeforeAfter,
  verdictOfSwitchback,
} from '../helpers/remediate/judged-runs.ts'
import type { BenchPart, Table } from './part.ts'

const runs = 10_000
const correlations = [0.5, 0.7, 0.8, 0.95]
const drifts = [0, 0.2, 0.4]

type Rule = (next: () => number, simulation: Simulation) => boolean

const isImproved = (result: Comparison | TooFew): boolean =>
  'verdict' in result && result.verdict === 'improved'

const switchback: Rule = (next, simulation) => verdictOfSwitchback(next, simulation) === 'improved'
const beforeAfter: Rule = (next, simulation) => verdictOfBeforeAfter(next, simulation) === 'improved'
const peeking: Rule = (next, simulation) => isImprovedOnce(beforeAfterRun(next, simulation, 60))

const rules: readonly (readonly [string, Rule])[] = [
  ['Mann–Whitney, 20 and 20 windows, p < 1 %', rankTest],
  [
    'switchback, gain of 10 %',
    (next, simulation) => isImproved(compareSwitchback(switchbackRun(next, simulation), Math.log(0.9))),
  ],
  ['switchback, gain of 12 % (ours)', switchback],
  [
    'the same, two windows a block',
    (next, simulation) =>
      isImproved(compareSwitchback(switchbackRun(next, simulation).map((block) => block.slice(1, 3)))),
  ],
  ['before-after, gain of 30 % (ours)', beforeAfter],
  ['the same, judged every 10 windows to 60', peeking],
  ['the same, and again the next day', isImprovedInTwoDays],
]

/** Whether `after` ranks lower than `before`, one-sided; by the normal approximation, which is good from 20 values on. */
function rankTest(next: () => number, simulation: Simulation): boolean {
  const { before, after } = beforeAfterRun(next, simulation)
  const above = after.reduce((sum, value) => sum + before.filter((other) => value > other).length, 0)
  const pairs = before.length * after.length
  const deviation = Math.sqrt((pairs * (before.length + after.length + 1)) / 12)
  return (above - pairs / 2) / deviation < -2.326
}

const percent = (share: number): string => (share * 100).toFixed(1)

/** For each correlation, the share of runs of which the rule holds. */
function rates(rule: Rule, drift: number, factor: number): number[] {
  return correlations.map((correlation, index) =>
    shareOfRuns(index + 1, runs, (next) => rule(next, { correlation, drift, factor })),
  )
}

const columns = (first: string, second: string): string[] => [
  first,
  second,
  ...correlations.map((correlation) => `ρ ${correlation}`),
]

export const part: BenchPart = {
  description: 'how often the judge of remediation is wrong, by simulation with seeds',
  run: async (progress) => {
    const ours = { switchback: 0, beforeAfter: 0 }
    const errors: string[][] = []
    for (const [name, rule] of rules) {
      progress(name)
      for (const drift of drifts) {
        const shares = rates(rule, drift, 1)
        if (rule === switchback) ours.switchback = Math.max(ours.switchback, ...shares)
        if (rule === beforeAfter || rule === peeking || rule === isImprovedInTwoDays)
          ours.beforeAfter = Math.max(ours.beforeAfter, ...shares)
        errors.push([drift === 0 ? name : '', percent(drift), ...shares.map(percent)])
      }
    }
    const effects: readonly (readonly [string, Rule, number])[] = [
      ['switchback, cost 0.7 times', switchback, 0.7],
      ['switchback, run delay halved', switchback, 0.5],
      ['before-after, cost 0.5 times', beforeAfter, 0.5],
      ['the same, and again the next day', isImprovedInTwoDays, 0.5],
      ['before-after, cost 0.3 times', beforeAfter, 0.3],
      ['before-after, thesis: 0.39 to 0.007', beforeAfter, 0.007 / 0.39],
    ]
    const found = effects.map(([name, rule, factor]) => {
      progress(name)
      return { name, factor, shares: drifts.map((drift) => rates(rule, drift, factor)) }
    })
    const missed = (name: string): number =>
      1 - Math.min(...found.find((one) => one.name === name)!.shares.flat())
    const tables: Table[] = [
      {
        title: 'Runs without an effect that are called improved, %',
        columns: columns('rule', 'drift %'),
        rows: errors,
        notes: [
          `${runs} runs each, with seeds. ln cost: standard deviation 15 %, AR(1) with correlation ρ of neighbouring windows.`,
          'Drift: how far ln cost falls in a straight line over the run. Before-after: 10 windows to settle. Next day: the same drift, other noise.',
        ],
      },
      {
        title: 'Runs with an effect that are called improved, %',
        columns: columns('effect', 'drift %'),
        rows: found.flatMap(({ name, shares }) =>
          shares.map((byCorrelation, index) => [
            index === 0 ? name : '',
            percent(drifts[index]!),
            ...byCorrelation.map(percent),
          ]),
        ),
        notes: [],
      },
    ]
    return {
      tables,
      targets: [
        {
          what: '% falsely improved, switchback, drift up to 40 %',
          limit: 4,
          measured: ours.switchback * 100,
        },
        {
          what: '% falsely improved, before-after, drift up to 40 %',
          limit: 4,
          measured: ours.beforeAfter * 100,
        },
        {
          what: '% of halved run delays missed',
          limit: 5,
          measured: missed('switchback, run delay halved') * 100,
        },
        {
          what: '% of 0.61 to 0.99 (thesis) missed',
          limit: 5,
          measured: missed('before-after, thesis: 0.39 to 0.007') * 100,
        },
      ],
    }
  },
}
