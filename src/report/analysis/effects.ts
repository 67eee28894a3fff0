// What remediation changed: the figures of the VM a day before a run began, and a day from when its change was in place.
import { runDelayShare, userspaceCost } from '../../model/shares.ts'
import type { Observed, ObservedHost, ObservedVm } from '../collect/observed.ts'
import type { RunSeen } from '../collect/remediation.ts'
import type { Effect, Remediation } from '../document.ts'
import { day, type Grid, timeAt } from '../grid.ts'
import { combine } from '../statistics/summary.ts'
import { isoTime } from './times.ts'
import { exitFigures, meanOver } from './vm-figures.ts'

const begun = new Set(['applying', 'waiting', 'measuring', 'holding', 'kept', 'unproven', 'undoing'])
const inPlace = new Set(['holding', 'kept', 'unproven'])

export function remediationOf(observed: Observed): Remediation {
  const { runs } = observed
  const groups = Map.groupBy(runs, ({ action, states }) => {
    const last = states.at(-1)
    return JSON.stringify([action, last?.state ?? '', last?.verdict ?? ''])
  })
  return {
    runs: [...groups]
      .map(([key, of]) => {
        const [action = '', state = '', verdict = ''] = JSON.parse(key) as string[]
        return { action, state, verdict, count: of.length }
      })
      .sort((a, b) => (a.action + a.state < b.action + b.state ? -1 : 1)),
    effects: runs.flatMap((run) => effectOf(run, observed) ?? []),
  }
}

function effectOf(run: RunSeen, { grid, hosts, vms }: Observed): Effect | undefined {
  if (run.action === 'placebo') return undefined
  const start = run.states.find(({ state }) => begun.has(state))?.begin
  const settled = run.states.find(({ state }) => inPlace.has(state))
  if (start === undefined || settled === undefined) return undefined
  const host = hosts.findIndex(({ labels }) => machine(labels.instance ?? '') === machine(run.instance))
  const vm = vms.find(({ stays }) =>
    stays.some(
      (stay) =>
        stay.host === host && stay.name === run.vm && stay.begin <= settled.begin && stay.end >= start,
    ),
  )
  if (host < 0 || (run.vm !== '' && vm === undefined)) return undefined
  const last = run.states.at(-1)!
  return {
    run: run.run,
    host: hosts[host]!.name,
    vm: run.vm === '' ? null : run.vm,
    action: run.action,
    device: run.device,
    state: last.state,
    verdict: last.verdict,
    since: isoTime(timeAt(grid, settled.begin)),
    figures: figures(grid, hosts[host]!, vm, start, settled.begin + 1),
  }
}

/** The exporter and remediation of a host have different ports. */
const machine = (instance: string): string => instance.replace(/:\d+$/, '')

function figures(
  grid: Grid,
  host: ObservedHost,
  vm: ObservedVm | undefined,
  start: number,
  settled: number,
): Effect['figures'] {
  const steps = Math.max(2, Math.round(day / grid.step))
  const windows = [
    [Math.max(0, start - steps), start],
    [settled, Math.min(grid.points, settled + steps)],
  ] as const
  const result: Effect['figures'][number][] = []
  const add = (
    what: Effect['figures'][number]['what'],
    of: (begin: number, end: number) => number | null,
  ) => {
    const [before, after] = windows.map(([begin, end]) => (end - begin < 2 ? null : of(begin, end)))
    if (before != null && after != null) result.push({ what, before, after })
  }
  if (vm === undefined) {
    const busy = combine((used, all) => used / all, host.series.busy, host.series.cpus)
    add('host-busy', (begin, end) => meanOver(busy, begin, end))
    return result
  }
  const { series } = vm
  const ofTwo =
    (of: (part: number, cpu: number) => number | undefined, part: Float32Array) =>
    (begin: number, end: number) => {
      const [one, cpu] = [meanOver(part, begin, end), meanOver(series.cpu, begin, end)]
      return one === null || cpu === null ? null : (of(one, cpu) ?? null)
    }
  add('wait-per-cpu', ofTwo(userspaceCost, series.wait))
  add('root-mode-ratio', (begin, end) => exitFigures(series, begin, end).rootModeRatio)
  add('run-delay', ofTwo(runDelayShare, series.delay))
  return result
}
