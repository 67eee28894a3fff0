// Reads back now and then what was kept. If somebody else has changed a value of ours, it is theirs from then on.
import type { EngineParts } from './engine-parts.ts'
import { knobOf } from './executor.ts'
import { endRun, quarantineMs } from './finish.ts'
import type { RunRow } from './store.ts'

/** Seconds between two readings. */
const interval = 300

export class DriftWatch {
  readonly #parts: EngineParts
  /** Uptime, seconds. */
  #next = 0
  /** Runs whose VM has ended, and with it what they had changed. */
  readonly #gone = new Set<number>()

  constructor(parts: EngineParts) {
    this.#parts = parts
  }

  /** To be called at every pass. */
  async check(): Promise<void> {
    const { clock, store, log } = this.#parts
    const now = clock.uptime()
    if (now < this.#next) return
    this.#next = now + interval
    for (const run of store.keptRuns()) {
      if (this.#gone.has(run.id)) continue
      try {
        await this.#checkRun(run)
      } catch (error) {
        log.error({ err: error, run: run.id }, 'what a run had changed cannot be read back')
      }
    }
  }

  async #checkRun(run: RunRow): Promise<void> {
    const { executor, store, clock } = this.#parts
    const state = await executor.state(run.id)
    if (state === 'gone') this.#gone.add(run.id)
    if (state === 'target' || state === 'gone' || state === 'unreadable') return
    // A person may have undone it while it was read.
    if (store.run(run.id)?.state !== run.state) return
    const later = this.#laterRun(run)
    if (later !== undefined) {
      endRun(this.#parts, run, 'overridden', `run ${later} has changed it since; left alone`)
      return
    }
    const reason =
      state === 'before' ? 'somebody has restored the former value' : 'somebody else has changed it since'
    store.quarantine(run.slot, clock.now() + quarantineMs, reason)
    endRun(this.#parts, run, 'overridden', `${reason}; left alone`)
  }

  /** Another run that is kept and has set one of the same values later: two VMs that need the same pool, for example. */
  #laterRun({ id }: RunRow): number | undefined {
    const { store } = this.#parts
    const knobs = new Set(store.applied(id).map(knobOf))
    const hasOne = (other: RunRow): boolean => store.applied(other.id).some((one) => knobs.has(knobOf(one)))
    return store.keptRuns().find((other) => other.id > id && hasOne(other))?.id
  }
}
