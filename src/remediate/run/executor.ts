// Executes and reverses operations through the actuator. Each is written to the journal before it is asked for and after
// the answer, so that a later process knows what may have happened. A call without an answer in time is unknown, not
// failed: the live value then decides.
import { isDeepStrictEqual } from 'node:util'
import { NoAnswer } from '../../actuator/client.ts'
import type { ActuatorAnswer, Operation } from '../../actuator/protocol.ts'
import { isPartWay, leavesNothing, reversed } from '../../actuator/protocol.ts'
import type { VmIdentity } from '../../model/remediation.ts'
import { canonicalJson } from '../journal/canonical-json.ts'

/** The part of the actuator's client that the engine uses. All throw NoAnswer if the answer does not come in time. */
export interface Actuator {
  execute(operation: Operation): Promise<ActuatorAnswer>
  read(operation: Operation): Promise<ActuatorAnswer>
  /** Lets real-time policies of the VM last until that uptime, seconds since boot. */
  lease(vm: VmIdentity, until: number): Promise<ActuatorAnswer>
  release(vm: VmIdentity): Promise<ActuatorAnswer>
  /** What the guest agent says; `after` is a GuestReport. */
  guest(vm: VmIdentity): Promise<ActuatorAnswer>
}

/** The part of the journal that the executor uses; each call is one durable transaction. */
export interface StepLog {
  /** Returns the number of the step. */
  intend(runId: number, operation: Operation, isUndo: boolean): number
  outcome(
    runId: number,
    step: number,
    phase: 'done' | 'failed' | 'unknown',
    answer: ActuatorAnswer | undefined,
  ): void
  /** The operations of the run as first intended, in order, each once. */
  applied(runId: number): readonly Operation[]
}

export type StepResult =
  | { readonly result: 'done' }
  /** The live value is of somebody else. */
  | { readonly result: 'foreign'; readonly reason: string }
  /** The VM or the thread has ended: there is nothing left to change. */
  | { readonly result: 'gone'; readonly reason: string }
  | { readonly result: 'refused'; readonly reason: string }
  | { readonly result: 'failed'; readonly reason: string }
  /** Nobody knows whether it was done. */
  | { readonly result: 'no-answer'; readonly reason: string }

/** What identifies the knob that an operation turns. */
export function knobOf({ from: _from, to: _to, ...knob }: Operation): string {
  return canonicalJson(knob)
}

export interface UndoResult {
  /** Knobs that somebody else has changed since; left alone. */
  readonly foreign: readonly string[]
  /** What could not be undone although the value is ours. */
  readonly failed: readonly string[]
  /** Whether the actuator did not answer, so that it must be tried again. */
  readonly isUnanswered: boolean
  /** Whether the VM had ended, so that there was nothing to undo. */
  readonly isGone: boolean
}

export class Executor {
  readonly #steps: StepLog
  readonly #actuator: Actuator
  /** Counts the beginnings and ends of changes, by all runs and by each. */
  #changes = 0
  readonly #lastChange = new Map<number, number>()

  constructor(steps: StepLog, actuator: Actuator) {
    this.#steps = steps
    this.#actuator = actuator
  }

  /** How many changes have begun or ended so far; for `otherSince`. */
  get changes(): number {
    return this.#changes
  }

  /** Another run than this one that has changed something since then; undefined if there is none. */
  otherSince(changes: number, runId: number): number | undefined {
    for (const [other, last] of this.#lastChange) if (other !== runId && last > changes) return other
    return undefined
  }

  /** Executes in order and stops at the first operation that is not done. */
  async apply(runId: number, operations: readonly Operation[]): Promise<StepResult> {
    for (const operation of operations) {
      const result = await this.execute(runId, operation, false)
      if (result.result !== 'done') return result
    }
    return { result: 'done' }
  }

  /**
   * Puts back everything that the run has applied, last first, by what is live now: a value that is as before needs
   * nothing, one that somebody else has set is left alone.
   */
  async undo(runId: number): Promise<UndoResult> {
    const foreign: string[] = []
    const failed: string[] = []
    let gone = 0
    let isUnanswered = false
    const applied = this.#values(runId)
    for (const operation of applied.toReversed()) {
      const live = await this.live(operation)
      if (live === 'gone') gone += 1
      else if (live === 'unreadable') isUnanswered = true
      else if (live === 'foreign') foreign.push(knobOf(operation))
      else if (live === 'part-way' || (live === 'to' && !leavesNothing(operation))) {
        const result = await this.execute(runId, reversed(operation), true)
        if (result.result === 'gone') gone += 1
        else if (result.result === 'foreign') foreign.push(`${knobOf(operation)}: ${result.reason}`)
        else if (result.result === 'no-answer') isUnanswered = true
        else if (result.result !== 'done') failed.push(`${knobOf(operation)}: ${result.reason}`)
      }
    }
    return { foreign, failed, isUnanswered, isGone: gone > 0 && gone === applied.length }
  }

  /** Whether all that the run has applied is live: everything, nothing, only some of it, or something else. */
  async state(runId: number): Promise<'target' | 'before' | 'partial' | 'foreign' | 'gone' | 'unreadable'> {
    const lives = new Set<Live>()
    const ofThreads = new Set<Live>()
    for (const operation of this.#values(runId)) {
      if (leavesNothing(operation)) continue
      const live = await this.live(operation)
      ;(operation.kind === 'thread-scheduling' ? ofThreads : lives).add(live)
    }
    // A thread can end while its VM goes on.
    if (ofThreads.size > 1) ofThreads.delete('gone')
    for (const live of ofThreads) lives.add(live)
    if (lives.size === 0) return 'before'
    for (const decisive of ['unreadable', 'gone', 'foreign'] as const)
      if (lives.has(decisive)) return decisive
    if (lives.size > 1 || lives.has('part-way')) return 'partial'
    return lives.has('to') ? 'target' : 'before'
  }

  /** What the run has set. A restart sets nothing that could be put back. */
  #values(runId: number): Operation[] {
    return this.#steps.applied(runId).filter(({ kind }) => kind !== 'domain-power')
  }

  /** A single step. `isUndo`: it belongs to putting things back, which may go on with a full disk. */
  async execute(runId: number, operation: Operation, isUndo: boolean): Promise<StepResult> {
    const step = this.#steps.intend(runId, operation, isUndo)
    let answer: ActuatorAnswer
    this.#noteChange(runId, operation)
    try {
      answer = await this.#actuator.execute(operation)
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      this.#steps.outcome(runId, step, 'unknown', undefined)
      return this.#decide(runId, step, operation, 'the actuator does not answer')
    } finally {
      this.#noteChange(runId, operation)
    }
    const { outcome, reason = 'the actuator gave no reason' } = answer
    this.#steps.outcome(runId, step, outcome === 'done' || outcome === 'unknown' ? outcome : 'failed', answer)
    return outcome === 'unknown'
      ? this.#decide(runId, step, operation, reason)
      : resultOf({ ...answer, outcome, reason })
  }

  #noteChange(runId: number, { kind }: Operation): void {
    if (kind === 'nothing') return
    this.#changes += 1
    this.#lastChange.set(runId, this.#changes)
  }

  /** The actuator does one thing after the other, so its answer to a later question is about the time after that call. */
  async #decide(runId: number, step: number, operation: Operation, why: string): Promise<StepResult> {
    const live = await this.live(operation)
    if (live === 'to') {
      this.#steps.outcome(runId, step, 'done', undefined)
      return { result: 'done' }
    }
    if (live === 'unreadable') return { result: 'no-answer', reason: why }
    this.#steps.outcome(runId, step, 'failed', undefined)
    if (live === 'from' || live === 'part-way')
      return { result: 'failed', reason: 'the actuator did not do it in time' }
    return live === 'gone'
      ? { result: 'gone', reason: 'the VM has ended' }
      : { result: 'foreign', reason: 'somebody else has changed it meanwhile' }
  }

  /** What is live now, by what the operation is about to change. */
  async live(operation: Operation): Promise<Live> {
    try {
      const answer = await this.#actuator.read(operation)
      if (answer.outcome === 'stale') return 'gone'
      if (answer.outcome !== 'done') return 'unreadable'
      if (isDeepStrictEqual(answer.after, operation.to)) return 'to'
      if (isDeepStrictEqual(answer.after, operation.from)) return 'from'
      return isPartWay(operation, answer.after) ? 'part-way' : 'foreign'
    } catch (error) {
      if (error instanceof NoAnswer) return 'unreadable'
      throw error
    }
  }
}

/** `part-way`: ours, and interrupted before it was complete. */
type Live = 'from' | 'to' | 'part-way' | 'foreign' | 'gone' | 'unreadable'

function resultOf({
  outcome,
  before,
  reason,
}: ActuatorAnswer & { outcome: 'done' | 'stale' | 'refused' | 'failed'; reason: string }): StepResult {
  if (outcome === 'done') return { result: 'done' }
  // Without a value, what was to be changed is not there any more.
  if (outcome === 'stale') return { result: before === undefined ? 'gone' : 'foreign', reason }
  return { result: outcome, reason }
}
