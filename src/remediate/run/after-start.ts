// Measures a VM after it has started with a changed definition, until the change can be judged or the time is over. If
// nothing is proven, it is measured again at the hour of the day in which it was measured without the change, because load
// often has a daily pattern.

import { leastWindows, mostWindows } from '../verify/before-after.ts'
import { type JudgedWindow, type Judgement, judge } from '../verify/judge.ts'
import type { Window } from '../verify/window.ts'
import { definitionProblem } from './definition-state.ts'
import type { EngineParts } from './engine-parts.ts'
import { endRun, quarantineMs, undoRun } from './finish.ts'
import { isSameHour, msUntilSameHour, sameHourMs } from './same-hour.ts'
import { isSameProcess, type StartedVm, startedVm } from './started-vm.ts'
import type { RunRow } from './store.ts'
import { type WindowEnd, windowBetween, windowEnd } from './window-ends.ts'

/** So many windows that do not count are written down, so that people see why. */
const mostUncounted = 60

/** A change is judged from the windows of one attempt: right after the start, or at the same hour of later days. */
interface Attempt {
  readonly phase: '2 B' | '3 B'
  /** Those without the change, and those of this attempt. */
  readonly windows: readonly JudgedWindow[]
  /** When the last window without the change ended, milliseconds since the Unix epoch. */
  readonly before: number
}

interface Watch {
  /** When a window is due; uptime, seconds. */
  next: number
  vm: StartedVm | undefined
  end: WindowEnd | undefined
}

export class AfterStart {
  readonly #parts: EngineParts
  readonly #watches = new Map<number, Watch>()

  constructor(parts: EngineParts) {
    this.#parts = parts
  }

  /** To be called at every pass. */
  async goOn(run: RunRow): Promise<void> {
    const parts = this.#parts
    const { clock, policy, paths, store } = parts
    const { restart_window, settle, wait_for_load } = policy.current.policy.measure
    if (parts.isStopped()) {
      await undoRun(parts, run, { reason: 'the kill switch is set' })
      return
    }
    const now = clock.uptime()
    const watch = this.#watches.get(run.id) ?? { next: 0, vm: undefined, end: undefined }
    this.#watches.set(run.id, watch)
    if (now < watch.next) return
    watch.next = now + restart_window / 1000
    if (await definitionProblem(parts, run)) return
    const attempt = this.#attempt(run)
    if (store.sinceMoved(run) > wait_for_load) {
      const judgement = judge(run.plan!.measurement, attempt.windows)
      await this.#decide(run, judgement, `it could not be judged in time: ${judgement.text}`)
      return
    }
    if (attempt.phase === '3 B' && !this.#isSameHour(run, attempt)) {
      watch.vm = undefined
      return
    }
    const sample = await parts.sample()
    const vm = startedVm(sample, run.vm!.uuid, paths.procfs)
    const isSettled = vm !== undefined && now - vm.startTick / 100 >= settle / 1000
    const { metric } = run.plan!.measurement
    const end = isSettled ? await windowEnd(parts, vm, metric, sample) : undefined
    const before =
      watch.vm !== undefined && vm !== undefined && isSameProcess(watch.vm, vm) ? watch.end : undefined
    Object.assign(watch, { vm, end })
    if (vm === undefined || end === undefined || before === undefined) return
    await this.#add(run, attempt, windowBetween(parts, { id: run.id, vm, metric }, before, end))
  }

  async #add(run: RunRow, attempt: Attempt, window: Window): Promise<void> {
    const { store } = this.#parts
    const { measurement } = run.plan!
    const { windows: stored, phase } = attempt
    const before = judge(measurement, stored)
    const judgement = judge(measurement, [...stored, { ...window, block: 1 }])
    const count = judgement.counted.with
    const isCounted = count > before.counted.with
    const uncounted = stored.filter(({ block }) => block === 1).length - before.counted.with
    if (isCounted || uncounted < mostUncounted) store.addWindow(run.id, phase, window)
    // Judged at every tenth window: the more often, the more often by chance.
    if (!isCounted || count < leastWindows || count % 10 !== 0) return
    const isLast = count >= mostWindows
    if (isLast && judgement.verdict === 'inconclusive' && this.#isTriedAgain(run, attempt, judgement)) return
    await this.#decide(run, judgement, isLast ? judgement.text : undefined)
  }

  /** Once, and only if that hour comes before the time is over. */
  #isTriedAgain(run: RunRow, { phase, before }: Attempt, { text }: Judgement): boolean {
    const { clock, policy, store } = this.#parts
    const now = clock.now()
    if (phase === '3 B' || msUntilSameHour(before, now) > policy.current.policy.measure.wait_for_load)
      return false
    const reason = `${text}; it is measured again at the hour at which it was measured before the change`
    store.move(run.id, 'measuring', 'measuring', { reason })
    return true
  }

  /** Not in the hour in which the first attempt has ended. */
  #isSameHour(run: RunRow, { before }: Attempt): boolean {
    const { clock, store } = this.#parts
    return store.sinceMoved(run) >= sameHourMs && isSameHour(before, clock.now())
  }

  /** `unproven`: how the run ends if nothing is proven; undefined if it goes on then. */
  async #decide(run: RunRow, { verdict, text }: Judgement, unproven: string | undefined): Promise<void> {
    const parts = this.#parts
    if (verdict === 'improved') endRun(parts, run, 'kept', text, { verdict })
    else if (verdict === 'worse') {
      parts.store.quarantine(run.slot, parts.clock.now() + quarantineMs, text)
      const reason = `${text}; the former definition takes effect when the VM starts next`
      await undoRun(parts, run, { reason, verdict })
    } else if (unproven !== undefined) endRun(parts, run, 'unproven', unproven, { verdict })
  }

  #attempt(run: RunRow): Attempt {
    const stored = this.#parts.store.windows(run.id)
    const of = (letter: string): JudgedWindow[] =>
      stored
        .filter(({ phase }) => phase === '1 A' || phase === letter)
        .map(({ phase, window }) => ({ ...(window as Window), block: phase === '1 A' ? 0 : 1 }))
    const before = stored.findLast(({ phase }) => phase === '1 A')?.at ?? 0
    const first = of('2 B')
    // A first attempt that had so many windows and proved something has ended the run.
    return judge(run.plan!.measurement, first).counted.with < mostWindows
      ? { phase: '2 B', windows: first, before }
      : { phase: '3 B', windows: of('3 B'), before }
  }
}
