// What kvminfo remediate did within the range.
import { remediationMetrics } from '../../metrics/remediation.ts'
import { indexAt } from '../grid.ts'
import { type Asker, fetchRange } from './fetch.ts'
import { matchers } from './selector.ts'

/** A run in one state, from the first to the last step in which it was seen so. */
interface StateSeen {
  readonly state: string
  readonly verdict: string
  readonly begin: number
  readonly end: number
}

export interface RunSeen {
  readonly instance: string
  readonly run: string
  readonly action: string
  /** Empty for the host itself. */
  readonly vm: string
  readonly device: string
  /** In time order. */
  readonly states: readonly StateSeen[]
}

const maxRuns = 5000

/**
 * A run that has ended keeps its series for an hour, so none is missed. They are counted here and not by
 * kvminfo_remediation_verdicts_total, because increase() does not see a counter that begins at 1.
 */
export async function readRuns(asker: Asker, given: readonly string[]): Promise<RunSeen[]> {
  const { grid } = asker
  const seen = new Map<string, { labels: Record<string, string>; states: Map<string, StateSeen> }>()
  const name = remediationMetrics.runInfo.name
  const query = `group by (instance, run, action, vm, device, state, verdict) (last_over_time(${name}{${matchers({}, given)}}[${grid.step}s]))`
  await fetchRange(asker, query, 200, (series) => {
    for (const { labels, points } of series) {
      const key = `${labels.instance}/${labels.run}`
      const run = seen.get(key) ?? { labels, states: new Map() }
      if (!seen.has(key) && seen.size >= maxRuns) continue
      seen.set(key, run)
      const { state = '', verdict = '' } = labels
      const indexes = points.map(([time]) => indexAt(grid, time))
      const before = run.states.get(`${state}/${verdict}`)
      run.states.set(`${state}/${verdict}`, {
        state,
        verdict,
        begin: Math.min(before?.begin ?? grid.points, ...indexes.slice(0, 1)),
        end: Math.max(before?.end ?? 0, ...indexes.slice(-1)),
      })
    }
  })
  return [...seen.values()].map(({ labels, states }) => ({
    instance: labels.instance ?? '',
    run: labels.run ?? '',
    action: labels.action ?? '',
    vm: labels.vm ?? '',
    device: labels.device ?? '',
    states: [...states.values()].sort((a, b) => a.begin - b.begin || a.end - b.end),
  }))
}
