// Reads and sets the values that operations are about. What is live is compared before each change, and read after it.
import { isDeepStrictEqual } from 'node:util'
import { LibvirtLate } from '../libvirt/run.ts'
import type { Logger } from '../log/logger.ts'
import type { Changes } from './changes.ts'
import { type Consent, objection } from './consent.ts'
import type { IdentifiedVm, Identities } from './identity.ts'
import { LateCalls } from './late-calls.ts'
import type { LeaseRequests } from './lease-requests.ts'
import type { KitOf } from './operations/index.ts'
import type { OperationKit } from './operations/operation.ts'
import { isEnded } from './operations/thread-scheduling.ts'
import { isProblem, type Problem, reasonOf, refused, stale } from './problem.ts'
import { type ActuatorAnswer, isPartWay, leavesNothing, type Operation, type ValueOf } from './protocol.ts'
import { asksLibvirt, subjectOf } from './scope.ts'
import { type FileSubject, fileName } from './vm-files.ts'

export interface ValueParts extends Consent {
  readonly identities: Identities
  readonly kitOf: KitOf
  readonly changes: Changes
  readonly leases: LeaseRequests
  /** How long a call of libvirt that missed its deadline may still come, milliseconds. */
  readonly lateMs: number
  readonly log: Logger
}

const lateKey = <O extends Operation>(operation: O, kit: OperationKit<O>): string =>
  `${fileName(subjectOf(operation))} ${kit.knob(operation)}`

export class Values {
  readonly #parts: ValueParts
  readonly #late: LateCalls

  constructor(parts: ValueParts) {
    this.#parts = parts
    this.#late = new LateCalls(parts.lateMs)
  }

  async read(operation: Operation): Promise<ActuatorAnswer> {
    const kit = this.#parts.kitOf(operation)
    const problem = kit.problem(operation, this.#parts.identities)
    if (problem !== undefined) return problem
    const live = await this.#live(operation, kit)
    return isProblem(live) ? live : { outcome: 'done', before: live.value, after: live.value }
  }

  /** `vm`: undefined if the operation is about the host. */
  async execute<O extends Operation>(vm: IdentifiedVm | undefined, operation: O): Promise<ActuatorAnswer> {
    const kit = this.#parts.kitOf(operation)
    const problem = kit.problem(operation, this.#parts.identities)
    if (problem !== undefined) return problem
    const live = await this.#live(operation, kit)
    if (isProblem(live)) return live
    const before = live.value
    const { from, to } = operation
    const recorded = this.#parts.changes.of(subjectOf(operation)).get(kit.knob(operation))
    const isReversal = recorded?.was === kit.encode(to)
    const isThereAlready = isDeepStrictEqual(before, to)
    const isOurs = isDeepStrictEqual(before, from) || (isReversal && isPartWay(operation, before))
    if (!isThereAlready && !isOurs)
      return {
        ...stale('somebody else has changed the value; nothing was done'),
        before,
        after: before,
      }
    const forbidden = isReversal
      ? undefined
      : (objection(this.#parts, vm) ??
        (await kit.excess(operation, this.#parts.limits())) ??
        this.#leaseObjection(vm, operation))
    if (forbidden !== undefined) return { ...refused(forbidden), before, after: before }
    if (isThereAlready) return { outcome: 'done', before, after: before }
    return this.#change(operation, kit, { before, isReversal, recorded })
  }

  async #change<O extends Operation>(
    operation: O,
    kit: OperationKit<O>,
    given: { before: ValueOf<O>; isReversal: boolean; recorded: { was: string; set: string } | undefined },
  ): Promise<ActuatorAnswer> {
    const { before, isReversal, recorded } = given
    const subject = subjectOf(operation)
    const knob = kit.knob(operation)
    const [from, to] = [kit.encode(operation.from), kit.encode(operation.to)]
    // What somebody else has set since is what we return to.
    const was = recorded !== undefined && recorded.set === from ? recorded.was : from
    try {
      if (!isReversal) this.#parts.changes.put(subject, knob, { was, set: to })
    } catch (error) {
      return { ...refused(`the change cannot be recorded: ${reasonOf(error)}`), before, after: before }
    }
    let failure: unknown
    try {
      await kit.write(operation)
    } catch (error) {
      failure = error
    }
    if (failure === undefined && (isReversal || leavesNothing(operation))) this.#forget(subject, knob)
    if (failure instanceof LibvirtLate)
      this.#late.note(lateKey(operation, kit), async () =>
        isDeepStrictEqual(await kit.read(operation, undefined), operation.to),
      )
    const live = await this.#live(operation, kit)
    if (isProblem(live)) {
      if (live.outcome === 'stale') return live
      const why = failure === undefined ? '' : `${reasonOf(failure)}; `
      return { outcome: 'unknown', before, reason: why + live.reason }
    }
    const after = live.value
    if (isDeepStrictEqual(after, operation.to)) return { outcome: 'done', before, after }
    // As it was: there is nothing to reverse.
    if (kit.encode(after) === was) this.#forget(subject, knob)
    const reason = failure === undefined ? 'the value was not kept' : reasonOf(failure)
    return { outcome: 'failed', before, after, reason }
  }

  /** A record that stays is only a nuisance: it reverses to what is live already. */
  #forget(subject: FileSubject, knob: string): void {
    try {
      this.#parts.changes.drop(subject, knob)
    } catch (error) {
      this.#parts.log.warn(
        { err: error, of: fileName(subject), knob },
        'cannot remove the record of a change',
      )
    }
  }

  async #live<O extends Operation>(
    operation: O,
    kit: OperationKit<O>,
  ): Promise<{ readonly value: ValueOf<O> } | Problem> {
    const recorded = this.#parts.changes.of(subjectOf(operation)).get(kit.knob(operation))
    const read = () => kit.read(operation, recorded === undefined ? undefined : kit.decode(recorded.set))
    try {
      if (asksLibvirt(operation)) {
        const key = lateKey(operation, kit)
        this.#late.noteFormer(key, recorded && (async () => kit.encode(await read()) !== recorded.was))
        if (await this.#late.mayCome(key))
          return refused('libvirt may still do what it was asked for before; read again in a minute')
      }
      return { value: await read() }
    } catch (error) {
      return isEnded(error) ? stale('the thread has ended') : refused(`cannot be read: ${reasonOf(error)}`)
    }
  }

  #leaseObjection<O extends Operation>(vm: IdentifiedVm | undefined, operation: O): string | undefined {
    const kit = this.#parts.kitOf(operation)
    if (vm === undefined || !kit.needsLease(operation.to)) return undefined
    const { identity } = vm
    if (!this.#parts.leases.lasts(identity))
      return 'a real-time policy needs a lease of the VM that lasts; ask for one first'
    const isOurs =
      this.#parts.changes.of(identity).get(kit.knob(operation))?.set === kit.encode(operation.from)
    if (kit.needsLease(operation.from) && !isOurs && !isDeepStrictEqual(operation.from, operation.to))
      return 'somebody else gave the thread a real-time policy; change it where it was set'
    // The lease has counted the vCPUs only.
    return operation.kind === 'thread-scheduling' && operation.isAnyThread === true
      ? this.#parts.leases.roomProblem(identity, operation.tid)
      : undefined
  }
}
