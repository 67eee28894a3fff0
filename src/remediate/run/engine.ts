// Moves every open run on: plans what alerts asked for, begins what is approved, watches what holds. One pass after the
// other; what may take minutes, such as a measurement or a question to libvirt, runs beside the passes.
import { errorText } from '../../log/error-text.ts'
import type { RunState } from '../../model/remediation.ts'
import type { Sample } from '../../observe/sample.ts'
import { once } from '../../sources/attempt.ts'
import { noOwner, type Plan } from '../actions/action.ts'
import { mayBegin, maySlot } from '../guard/guards.ts'
import { AfterStart } from './after-start.ts'
import { BeforeWindows } from './before-windows.ts'
import { leaseByHand } from './by-hand.ts'
import { DriftWatch } from './drift.ts'
import type { EngineParts } from './engine-parts.ts'
import { undoRun } from './finish.ts'
import { type HoldingWatch, watchHolding } from './holding.ts'
import { isForNextStart, NextStart, waitsFor } from './next-start.ts'
import { PlaceboTimer } from './placebo-timer.ts'
import { type Planned, planRun } from './plan-run.ts'
import { recoverApplying, recoverRun } from './recovery.ts'
import type { RunRow } from './store.ts'
import { runSwitchback } from './switchback-run.ts'

/** How often a pass is made when nothing wakes the engine. The kill switch must work within a second. */
const passMs = 1_000

/** A run whose values cannot be read for so long is refused. */
const unreadableSeconds = 300

/** How long to wait for what runs beside the passes when the program stops. */
const stopMs = 5_000

/** The states in which something may be applied. */
const undoable: readonly RunState[] = [
  'applying',
  'measuring',
  'holding',
  'kept',
  'unproven',
  'waiting',
  'undoing',
  'person',
]

export class Engine {
  readonly #parts: EngineParts
  readonly #stop = new AbortController()
  /** The runs that are being applied, or applied and undone by turns. */
  readonly #measuring = new Map<number, { readonly done: Promise<void>; readonly cancel: AbortController }>()
  /** What else runs beside the passes, by run. */
  readonly #beside = new Map<number | 'drift', Promise<void>>()
  readonly #holding = new Map<number, HoldingWatch>()
  readonly #placebo: PlaceboTimer
  readonly #drift: DriftWatch
  readonly #before: BeforeWindows
  readonly #nextStart: NextStart
  readonly #afterStart: AfterStart
  #passes: Promise<void> | undefined
  /** Since when a value that a run's plan needs cannot be read; uptime, seconds. */
  readonly #unreadable = new Map<number, number>()
  /** Why runs wait; each reason is logged once. */
  readonly #waiting = new Map<number, string>()

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.#placebo = new PlaceboTimer(parts)
    this.#drift = new DriftWatch(parts)
    this.#before = new BeforeWindows(parts)
    this.#nextStart = new NextStart(parts)
    this.#afterStart = new AfterStart(parts)
  }

  /**
   * Decides every run that a former process left in the middle, by what is live now. Must be called before anything else,
   * and before the webhook is reachable.
   */
  async recover(): Promise<void> {
    for (const run of this.#parts.store.openRuns()) await recoverRun(this.#parts, run)
  }

  start(): void {
    this.#passes = this.#loop()
  }

  /** Stops without changing anything on the host. */
  async stop(): Promise<void> {
    this.#stop.abort()
    for (const { cancel } of this.#measuring.values()) cancel.abort()
    await this.#passes
    await Promise.allSettled([...this.#measuring.values()].map(({ done }) => done))
    // A guest may take minutes to shut down. The next process goes on where this one stops.
    const { clock } = this.#parts
    const beside = Promise.allSettled(this.#beside.values())
    await Promise.race([beside, clock.sleep(stopMs, new AbortController().signal)])
  }

  /** One pass over all open runs. */
  async pass(): Promise<void> {
    const { store, log } = this.#parts
    // One for all runs of the pass, and none if all of them wait.
    const sample = once(() => this.#parts.sample())
    const runs = store.openRuns()
    this.#before.retain((id) => runs.some((run) => run.id === id))
    for (const run of runs) {
      try {
        await this.#moveOn(run, sample)
      } catch (error) {
        log.error(
          { err: error, run: run.id, action: run.action, state: run.state },
          'a run could not be moved on',
        )
      }
    }
    await this.#placebo.check()
    this.#runBeside('drift', () => this.#drift.check())
  }

  /** What a run waits for before it can go on; undefined if nothing keeps it back. */
  whyWaiting(id: number): string | undefined {
    return this.#waiting.get(id)
  }

  /** Undoes a run that is applied, at a person's wish. Returns the state it ends in, or a sentence why it cannot be undone. */
  async undo(id: number, who: string): Promise<{ readonly state: RunState } | { readonly refused: string }> {
    const { store } = this.#parts
    const before = store.run(id)
    if (before?.state === 'waiting' && this.#nextStart.isRestarting(before))
      return { refused: 'The VM is being restarted; wait until it is up.' }
    const measuring = this.#measuring.get(id)
    if (measuring !== undefined) {
      measuring.cancel.abort()
      await measuring.done.catch(() => undefined)
    }
    while (this.#beside.has(id)) await this.#beside.get(id)
    const run = store.run(id)
    if (run === undefined) return { refused: 'There is no such run.' }
    if (!undoable.includes(run.state)) return { refused: `A run that is ${run.state} has nothing to undo.` }
    this.#holding.delete(id)
    const undone = undoRun(this.#parts, run, { reason: `undone by ${who}` })
    // No pass may begin it a second time meanwhile.
    this.#runBeside(id, async () => void (await undone))
    return { state: await undone }
  }

  async #loop(): Promise<void> {
    const { clock, log } = this.#parts
    while (!this.#stop.signal.aborted) {
      try {
        await this.pass()
      } catch (error) {
        log.error({ err: error }, 'a pass over the open runs failed; trying again')
      }
      try {
        await clock.sleep(passMs, this.#stop.signal)
      } catch {
        return
      }
    }
  }

  async #moveOn(run: RunRow, sample: () => Promise<Sample>): Promise<void> {
    switch (run.state) {
      case 'received':
        return this.#plan(run, sample)
      case 'proposed':
        this.#measureBefore(run)
        return this.#awaitApproval(run)
      case 'approved':
        this.#measureBefore(run)
        return this.#begin(run, sample)
      case 'applying':
        // The actuator did not answer when it was recovered.
        if (!this.#measuring.has(run.id) && isForNextStart(run))
          await this.#alone(run.id, () => recoverApplying(this.#parts, run))
        return
      case 'waiting':
        return this.#runBeside(run.id, () => this.#nextStart.goOn(run))
      case 'holding':
        return this.#alone(run.id, () => this.#hold(run))
      case 'measuring':
        if (isForNextStart(run)) return this.#runBeside(run.id, () => this.#afterStart.goOn(run))
        // Between two processes it is recovered; in this one its own loop moves it on, except to obey the kill switch.
        if (this.#parts.isStopped()) this.#measuring.get(run.id)?.cancel.abort(stopped)
        return
      case 'undoing':
        // The actuator did not answer before. What measures the run may also be undoing it at this moment.
        if (!this.#measuring.has(run.id))
          await this.#alone(run.id, async () => {
            await undoRun(this.#parts, run, { reason: run.reason ?? 'undone', verdict: run.verdict })
          })
        return
      default:
        return
    }
  }

  async #plan(run: RunRow, sample: () => Promise<Sample>): Promise<void> {
    const { store, policy: file, clock } = this.#parts
    const { policy } = file.current
    const now = clock.now()
    if (this.#mustWait(run)) return
    if (store.alertsSince(now - policy.limits.storm_period) > policy.limits.storm_alerts)
      return this.#wait(
        run,
        `more than ${policy.limits.storm_alerts} alerts came in a short time (limits.storm_alerts)`,
      )
    const slot = maySlot(store.budget(run.slot, now), policy, now)
    if (slot.go === false) return this.#refuse(run, slot.reason)
    const planned = await this.#planned(run, sample)
    if (planned === undefined) return
    const { plan, planSha, policySha, unmet, policy: ofAction } = planned
    const facts = { plan, planSha, policySha, mode: ofAction.mode }
    if (unmet !== undefined) return this.#refuse(run, unmet, facts)
    if (ofAction.mode === 'observe') return this.#refuse(run, 'the policy only observes this action', facts)
    const isOwned = plan.owner !== noOwner
    // Nobody expects a restart that they have not approved.
    if (ofAction.mode === 'auto' && !isOwned && plan.restart !== true)
      return this.#move(run, 'approved', 'approved by the policy', facts)
    this.#move(run, 'proposed', isOwned ? `${plan.owner} manages this` : 'waits for a person', facts)
  }

  #awaitApproval(run: RunRow): void {
    const { store, policy } = this.#parts
    const approval = store.approval(run.id)
    if (approval !== undefined && approval.planSha === run.planSha) {
      this.#move(run, 'approved', `approved by ${approval.who}`)
      return
    }
    if (store.sinceMoved(run) > policy.current.policy.limits.approval_expires)
      this.#move(run, 'expired', 'nobody approved it in time')
  }

  async #begin(run: RunRow, sample: () => Promise<Sample>): Promise<void> {
    const { store, policy: file, clock } = this.#parts
    if (this.#measuring.has(run.id)) return
    if (this.#mustWait(run)) return
    const now = clock.now()
    const isApproved = store.approval(run.id) !== undefined
    if (!isApproved && needsApproval(run))
      return this.#move(run, 'expired', 'the approval has expired before it could begin')
    const waits = isForNextStart(run) ? this.#nextStartWaits(run) : undefined
    if (waits !== undefined) return this.#wait(run, waits)
    const isForced = (run.byHand?.forcedBecause ?? null) !== null
    if (!isForced) {
      const decision = mayBegin({
        budget: store.budget(run.slot, now),
        policy: file.current.policy,
        now,
        changing: this.#measuring.size,
        isApproved,
      })
      if (decision.go !== true) return this.#wait(run, decision.reason)
    }
    const planned = await this.#planned(run, sample)
    if (planned === undefined) return
    if (planned.unmet !== undefined) return this.#refuse(run, planned.unmet)
    const { owner } = planned.plan
    // Two programs that set the same value would undo each other's changes for ever.
    if (owner !== noOwner)
      return this.#refuse(run, `${owner} manages this: change it there, as the commands of the plan do`)
    this.#waiting.delete(run.id)
    const { plan, planSha, policySha } = planned
    if (planSha !== run.planSha) {
      // What a person approved is not what would be done now.
      const next = run.byHand === undefined ? 'the alert makes a new one' : 'ask again'
      this.#move(run, 'obsolete', `the host has changed since the plan was made; ${next}`)
      return
    }
    if (plan.measurement.design === 'switchback') {
      store.move(run.id, 'approved', 'measuring', {
        plan,
        planSha,
        policySha,
        reason: 'applied and undone by turns',
      })
      this.#measure({ ...run, plan, state: 'measuring' }, planned)
      return
    }
    this.#apply({ ...run, plan }, planned)
  }

  /** Whether nothing new may begin now, whatever the run. */
  #mustWait(run: RunRow): boolean {
    if (this.#parts.isStopped()) this.#wait(run, 'the kill switch is set')
    else if (this.#parts.policy.problem !== undefined) this.#wait(run, 'the policy is broken')
    else return false
    return true
  }

  /** The plan by what the host is like now. undefined if there is none; the run then waits or has ended. */
  async #planned(run: RunRow, sample: () => Promise<Sample>): Promise<Planned | undefined> {
    const planned = await planRun(run, await sample(), this.#parts)
    if ('plan' in planned) {
      this.#unreadable.delete(run.id)
      return planned
    }
    if (planned.no === 'later' || (planned.no === 'unreadable' && this.#mayBecomeReadable(run)))
      this.#wait(run, planned.reason)
    else this.#move(run, planned.no === 'gone' ? 'obsolete' : 'refused', planned.reason)
    return undefined
  }

  /** For a while: a host that is very busy does not answer in time, and then a repeated alert opens no other run. */
  #mayBecomeReadable({ id }: RunRow): boolean {
    const now = this.#parts.clock.uptime()
    const since = this.#unreadable.get(id) ?? now
    this.#unreadable.set(id, since)
    return now - since < unreadableSeconds
  }

  #apply(run: RunRow, { plan, planSha, policySha }: Planned): void {
    const { store, log } = this.#parts
    store.move(run.id, 'approved', 'applying', { plan, planSha, policySha, reason: 'being applied' })
    for (const window of this.#before.windows(run.id)) store.addWindow(run.id, '1 A', window)
    const done = this.#applyOnce(run, plan)
      .catch((error: unknown) => log.error({ err: error, run: run.id }, 'a run could not be applied'))
      .finally(() => this.#measuring.delete(run.id))
    this.#measuring.set(run.id, { done, cancel: new AbortController() })
  }

  async #applyOnce(run: RunRow, plan: Plan): Promise<void> {
    const { store, executor } = this.#parts
    // Only a change that is applied by turns has its lease from there.
    const noLease = plan.isLeased ? await leaseByHand(this.#parts, run) : undefined
    if (noLease !== undefined) {
      await undoRun(this.#parts, run, { reason: `not applied: ${noLease}` })
      return
    }
    const applied = await executor.apply(run.id, plan.operations)
    if (applied.result !== 'done') {
      await undoRun(this.#parts, run, { reason: `not applied: ${applied.reason}` })
      return
    }
    if (plan.takesEffect === 'next-start') {
      store.move(run.id, 'applying', 'waiting', { reason: waitsFor(plan) })
      return
    }
    if (run.byHand?.isJudged === false) {
      const state = run.byHand.forMs === null ? 'unproven' : 'holding'
      store.move(run.id, 'applying', state, { reason: `asked for by ${run.byHand.who}` })
      return
    }
    store.move(run.id, 'applying', 'kept', {
      verdict: 'not-measurable',
      reason: `applied; ${plan.measurement.text}`,
    })
  }

  #measure(run: RunRow, { plan }: Planned): void {
    const { log } = this.#parts
    const cancel = new AbortController()
    const done = runSwitchback(this.#parts, run, plan, cancel.signal)
      .catch(async (error: unknown) => {
        // A person undoes it, or this process ends: whoever cancels decides.
        if (cancel.signal.aborted && cancel.signal.reason !== stopped) return
        const reason = cancel.signal.aborted
          ? 'the kill switch is set'
          : `the measurement failed: ${errorText(error)}`
        await undoRun(this.#parts, run, { reason })
      })
      .catch((error: unknown) => log.error({ err: error, run: run.id }, 'a run could not be undone'))
      .finally(() => this.#measuring.delete(run.id))
    this.#measuring.set(run.id, { done, cancel })
  }

  /** Why a change of a definition cannot be made yet; undefined if it can. */
  #nextStartWaits(run: RunRow): string | undefined {
    const other = this.#parts.store
      .openRuns()
      .find(
        ({ id, state, vm, plan }) =>
          id !== run.id &&
          (state === 'applying' || state === 'waiting' || state === 'measuring') &&
          vm?.uuid === run.vm?.uuid &&
          plan?.takesEffect === 'next-start',
      )
    // Two changes that take effect at the same start could not be told apart.
    if (other !== undefined) return `run ${other.id} of this VM has not ended yet`
    return isMeasuredBefore(run) ? this.#before.missing(run) : undefined
  }

  /** So that the run need not wait for windows once it is approved. */
  #measureBefore(run: RunRow): void {
    if (isMeasuredBefore(run)) this.#runBeside(run.id, () => this.#before.watch(run))
  }

  /** As a part of the pass, unless something does that run beside it, or a person has it undone. */
  async #alone(id: number, work: () => Promise<void>): Promise<void> {
    if (this.#beside.has(id)) return
    this.#runBeside(id, work)
    await this.#beside.get(id)
  }

  /** Runs it unless something runs already under that key. */
  #runBeside(key: number | 'drift', work: () => Promise<void>): void {
    if (this.#beside.has(key)) return
    const done = work()
      .catch((error: unknown) =>
        this.#parts.log.error({ err: error, run: key }, 'a run could not be moved on'),
      )
      .finally(() => this.#beside.delete(key))
    this.#beside.set(key, done)
  }

  async #hold(run: RunRow): Promise<void> {
    const watch = this.#holding.get(run.id) ?? { windows: [] }
    this.#holding.set(run.id, watch)
    const reason = await watchHolding(this.#parts, run, watch)
    if (reason === undefined) return
    this.#holding.delete(run.id)
    await undoRun(this.#parts, run, { reason, verdict: run.verdict })
  }

  #refuse(run: RunRow, reason: string, facts = {}): void {
    this.#move(run, 'refused', reason, facts)
  }

  #move(run: RunRow, to: RunState, reason: string, facts = {}): void {
    const { store, log } = this.#parts
    store.move(run.id, run.state, to, { ...facts, reason })
    this.#waiting.delete(run.id)
    this.#unreadable.delete(run.id)
    const { seq, hash } = store.head()
    log.info(
      { run: run.id, action: run.action, vm: run.vm?.label, state: to, reason, event: seq, hash },
      'remediation',
    )
  }

  /** A reason is logged once; if only a number in it changes, that is progress and no news. */
  #wait(run: RunRow, reason: string): void {
    const former = this.#waiting.get(run.id)
    this.#waiting.set(run.id, reason)
    if (former !== undefined && withoutNumbers(former) === withoutNumbers(reason)) return
    this.#parts.log.info({ run: run.id, action: run.action, vm: run.vm?.label, reason }, 'remediation waits')
  }
}

const withoutNumbers = (text: string): string => text.replaceAll(/\d+/g, '#')

const stopped = new Error('the kill switch is set')

/** A plan without operations is only shown. */
const isMeasuredBefore = ({ plan }: RunRow): boolean =>
  plan?.measurement.design === 'before-after' && plan.operations.length > 0

const needsApproval = ({ mode, plan }: RunRow): boolean =>
  mode !== 'auto' || plan?.owner !== noOwner || plan.restart === true
