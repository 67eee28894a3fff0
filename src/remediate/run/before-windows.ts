// Measures the VMs of runs that are judged before and after a start: from the proposal on, so that nobody has to wait once
// it is approved. The windows are kept in memory until the change is made.

import { leastWindows } from '../verify/before-after.ts'
import { judge } from '../verify/judge.ts'
import type { Window } from '../verify/window.ts'
import type { EngineParts } from './engine-parts.ts'
import type { RunRow } from './store.ts'
import { type WindowEnd, windowBetween, windowEnd } from './window-ends.ts'

/** More than are compared, because the usual load decides which of them count. */
const kept = 2 * leastWindows

interface Watch {
  /** When the last window ended; uptime, seconds. */
  at: number
  end: WindowEnd
  readonly windows: Window[]
}

export class BeforeWindows {
  readonly #parts: EngineParts
  readonly #watches = new Map<number, Watch>()

  constructor(parts: EngineParts) {
    this.#parts = parts
  }

  /** To be called at every pass: measures a window when it is time. */
  async watch(run: RunRow): Promise<void> {
    const { clock, policy } = this.#parts
    const watch = this.#watches.get(run.id)
    const now = clock.uptime()
    if (watch !== undefined && now - watch.at < policy.current.policy.measure.restart_window / 1000) return
    const { metric } = run.plan!.measurement
    const end = await windowEnd(this.#parts, run.vm!, metric)
    if (watch === undefined) {
      this.#watches.set(run.id, { at: now, end, windows: [] })
      return
    }
    const window = windowBetween(this.#parts, { id: run.id, vm: run.vm!, metric }, watch.end, end)
    if (window.whyNot === null) watch.windows.push(window)
    if (watch.windows.length > kept) watch.windows.shift()
    watch.at = now
    watch.end = end
  }

  /** What is missing before the change can be made, as a sentence; undefined if nothing is. */
  missing(run: RunRow): string | undefined {
    const windows = this.windows(run.id).map((window) => ({ ...window, block: 0 }))
    const { without } = judge(run.plan!.measurement, windows).counted
    return without < leastWindows
      ? `the VM is measured first: ${without} of ${leastWindows} windows count`
      : undefined
  }

  windows(id: number): readonly Window[] {
    return this.#watches.get(id)?.windows ?? []
  }

  /** Forgets runs that have ended or gone on. */
  retain(isWanted: (id: number) => boolean): void {
    for (const id of this.#watches.keys()) if (!isWanted(id)) this.#watches.delete(id)
  }
}
