// Simulated runs for the judge: the logarithm of the cost is noise that resembles itself from window to window (AR(1)),
// with a drift over the whole run and an effect in the windows with the change. The error table of the unit tests and
// `npm run bench -- proof` use the same runs.
import { compareBeforeAfter } from '../../../src/remediate/verify/before-after.ts'
import { type JudgedWindow, judge } from '../../../src/remediate/verify/judge.ts'
import { switchbackBlocks, windowsPerBlock } from '../../../src/remediate/verify/switchback.ts'

export interface Simulation {
  /** Correlation of neighbouring windows, 0 to 1. */
  readonly correlation: number
  /** How far the logarithm of the cost falls over the whole run: with 0.4 the end costs 0.67 times the start. */
  readonly drift: number
  /** Cost with the change as a factor of the cost without. */
  readonly factor: number
  /** Standard deviation of the logarithm of a window's cost. */
  readonly noise?: number
}

/** The windows' logarithms, without the change and with it, in the order of time. */
export interface BeforeAfterRun {
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** A small generator with a seed (mulberry32), so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Box and Muller's transform. */
function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}

/** Noise and drift of so many windows. */
function noisyLogarithms(next: () => number, count: number, simulation: Simulation): number[] {
  const { correlation, drift, noise = 0.15 } = simulation
  let state = normal(next) * noise
  return Array.from({ length: count }, (_, step) => {
    const value = state - (drift * step) / (count - 1)
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * noise * normal(next)
    return value
  })
}

/** The logarithms of the counted windows of each block. */
export function switchbackRun(next: () => number, simulation: Simulation): number[][] {
  const length = windowsPerBlock + 1
  const values = noisyLogarithms(next, switchbackBlocks.length * length, simulation)
  return switchbackBlocks.map((phase, block) =>
    values
      // The first window of a block is for settling.
      .slice(block * length + 1, (block + 1) * length)
      .map((value) => value + (phase === 'B' ? Math.log(simulation.factor) : 0)),
  )
}

/** The VM settles for ten windows (5 minutes) in between. */
export function beforeAfterRun(
  next: () => number,
  simulation: Simulation,
  after: number = 20,
): BeforeAfterRun {
  const values = noisyLogarithms(next, 30 + after, simulation)
  return {
    before: values.slice(0, 20),
    after: values.slice(30).map((value) => value + Math.log(simulation.factor)),
  }
}

/** As the engine does: it judges at every tenth window after the change, from the 20th to the 60th. */
export function isImprovedOnce({ before, after }: BeforeAfterRun): boolean {
  return [20, 30, 40, 50, 60].some((count) => {
    const result = compareBeforeAfter(before, after.slice(0, count))
    return 'verdict' in result && result.verdict === 'improved'
  })
}

/**
 * As the engine does if nothing is proven: it measures again at the same hour of the next day, in which the load does the
 * same as on the day before, with other noise.
 */
export function isImprovedInTwoDays(next: () => number, simulation: Simulation): boolean {
  const first = beforeAfterRun(next, simulation, 60)
  if (isImprovedOnce(first)) return true
  const nextDay = noisyLogarithms(next, 90, simulation).slice(0, 60)
  const after = nextDay.map((value) => value + Math.log(simulation.factor))
  return isImprovedOnce({ before: first.before, after })
}

/** A window that counts. */
export function judgedWindow(block: number, cost: number, more: Partial<JudgedWindow> = {}): JudgedWindow {
  return {
    block,
    seconds: 15,
    cost,
    load: 1,
    done: 1,
    cpuDemand: 1,
    othersRunDelay: null,
    memoryStall: null,
    ioStall: null,
    exitsSource: null,
    isIdle: false,
    whyNot: null,
    ...more,
  }
}

/** The windows of a switchback with run delay around that share. */
function switchbackWindows(next: () => number, simulation: Simulation, cost = 0.2): JudgedWindow[] {
  return switchbackRun(next, simulation).flatMap((values, block) =>
    values.map((value) => judgedWindow(block, Math.min(0.99, cost * Math.exp(value)))),
  )
}

/** The windows of a before-after comparison with that many userspace exits per MiB. */
function beforeAfterWindows(
  next: () => number,
  simulation: Simulation,
  cost = 300,
  afterCount = 20,
): JudgedWindow[] {
  const { before, after } = beforeAfterRun(next, simulation, afterCount)
  return [before, after].flatMap((values, block) =>
    values.map((value) => judgedWindow(block, cost * Math.exp(value), { exitsSource: 'module' })),
  )
}

export const runDelay = { design: 'switchback', metric: 'run-delay' } as const
export const perByte = { design: 'before-after', metric: 'userspace-per-byte' } as const

/** The share of so many simulated runs of which it holds. */
export function shareOfRuns(seed: number, runs: number, holds: (next: () => number) => boolean): number {
  const next = random(seed)
  let count = 0
  for (let run = 0; run < runs; run++) if (holds(next)) count += 1
  return count / runs
}

export const verdictOfSwitchback = (next: () => number, simulation: Simulation) =>
  judge(runDelay, switchbackWindows(next, simulation)).verdict

export const verdictOfBeforeAfter = (next: () => number, simulation: Simulation) =>
  judge(perByte, beforeAfterWindows(next, simulation)).verdict
