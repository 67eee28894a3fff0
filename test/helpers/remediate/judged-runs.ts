// Simulated switchbacks: the logarithm of the cost is noise that resembles itself from window to window (AR(1)), with a
// drift over the whole run and an effect in the B blocks. test/bench/proof.ts prints the table of the same simulation.
import {
  type SwitchbackWindow,
  switchbackBlocks,
  windowsPerBlock,
} from '../../../src/remediate/verify/switchback.ts'

export interface Simulation {
  /** Correlation of neighbouring windows, 0 to 1. */
  readonly correlation: number
  /** Change of the cost over the whole run, as a share: 0.4 is 40 % dearer at the end. */
  readonly drift: number
  /** Cost with the change as a factor of the cost without. */
  readonly factor: number
  /** Standard deviation of the logarithm of a window's cost. */
  readonly noise?: number
  /** The usual cost: a share. */
  readonly cost?: number
}

/** A small generator with a seed (mulberry32), so that a failure can be repeated. */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}

export function simulatedSwitchback(next: () => number, simulation: Simulation): SwitchbackWindow[] {
  const { correlation, drift, factor, noise = 0.15, cost = 0.2 } = simulation
  const steps = switchbackBlocks.length * (windowsPerBlock + 1)
  let state = normal(next) * noise
  const windows: SwitchbackWindow[] = []
  for (let step = 0; step < steps; step++) {
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * noise * normal(next)
    const block = Math.floor(step / (windowsPerBlock + 1))
    // The first window of a block is for settling.
    if (step % (windowsPerBlock + 1) === 0) continue
    const trend = Math.log(1 + drift) * (step / (steps - 1))
    const effect = switchbackBlocks[block] === 'B' ? Math.log(factor) : 0
    const value = Math.min(0.99, cost * Math.exp(state + trend + effect))
    windows.push({
      block,
      seconds: 15,
      cost: value,
      load: 1,
      done: 1 - value,
      othersRunDelay: null,
      whyNot: null,
    })
  }
  return windows
}
