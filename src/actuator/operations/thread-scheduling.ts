// The scheduling of one thread of a VM.
import { KvminfoError } from '../../errors.ts'
import { isRealtimePolicy, schedulingText } from '../../model/policy.ts'
import { type Scheduler, SchedulerError } from '../../native/scheduler.ts'
import { schedulingProblem } from '../limits.ts'
import { whyNotPermitted } from '../permission.ts'
import type { Scheduling, ThreadSchedulingOperation } from '../protocol.ts'
import type { OperationKit } from './operation.ts'

export interface RecordedThread {
  readonly tid: number
  readonly startTick: number
}

/** The thread of a knob in the record of changes; undefined if it is another kind of knob. */
export function threadOf(knob: string): RecordedThread | undefined {
  const [, tid, startTick] = /^thread ([1-9]\d{0,9}) (\d{1,15})$/.exec(knob) ?? []
  return tid === undefined ? undefined : { tid: Number(tid), startTick: Number(startTick) }
}

/** `<policy> <real-time priority> <nice> <reset on fork>`, all numbers. */
function encodeScheduling({ policy, rtPriority, nice, resetOnFork }: Scheduling): string {
  return `${policy} ${rtPriority} ${nice} ${Number(resetOnFork)}`
}

export function decodeScheduling(text: string): Scheduling | undefined {
  const match = /^(\d{1,2}) (\d{1,2}) (-?\d{1,2}) ([01])$/.exec(text)
  if (match === null) return undefined
  const [policy, rtPriority, nice, resetOnFork] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
  ]
  return { policy, rtPriority, nice, resetOnFork: resetOnFork === 1 }
}

/** Policy first, then nice. If nice fails, it puts the policy back. Throws SchedulerError, which says what is live. */
function setScheduling(scheduler: Scheduler, tid: number, from: Scheduling, to: Scheduling): void {
  scheduler.setPolicy(tid, to)
  if (to.nice === from.nice) return
  try {
    scheduler.setNice(tid, to.nice)
  } catch (error) {
    throw new PartlySet(error as Error, putBack(scheduler, tid, from))
  }
}

function putBack(scheduler: Scheduler, tid: number, from: Scheduling): Error | undefined {
  try {
    scheduler.setPolicy(tid, from)
    return undefined
  } catch (error) {
    return error as Error
  }
}

/** The policy was set and nice was not. */
class PartlySet extends Error {
  /** What is live now. */
  readonly rest: string

  constructor(cause: Error, notPutBack: Error | undefined) {
    const rest =
      notPutBack === undefined
        ? 'the policy had been set and was put back'
        : `the policy had been set and could not be put back: ${notPutBack.message}`
    super(`${cause.message}; ${rest}`, { cause })
    this.rest = rest
    this.name = 'PartlySet'
  }
}

function errnoOf(error: unknown): string | undefined {
  const root = error instanceof PartlySet ? error.cause : error
  return root instanceof SchedulerError ? root.errno : undefined
}

/** Whether the error says that the thread has ended. */
export const isEnded = (error: unknown): boolean => errnoOf(error) === 'ESRCH'

export function threadScheduling(
  scheduler: Scheduler,
  procfs: string,
  sysfs: string,
): OperationKit<ThreadSchedulingOperation> {
  function write({ vm, tid, from, to }: ThreadSchedulingOperation): void {
    try {
      setScheduling(scheduler, tid, from, to)
    } catch (cause) {
      const errno = errnoOf(cause)
      if (errno !== 'EPERM' && errno !== 'EACCES') throw cause
      // If only the nice value was refused, the policy is no longer the question.
      const asked = cause instanceof PartlySet ? { ...to, policy: from.policy } : to
      const why = whyNotPermitted({ procfs, sysfs, pid: vm.pid, tid, to: asked })
      const state = cause instanceof PartlySet ? `; ${cause.rest}` : ''
      throw new KvminfoError(
        'CHANGE_FAILED',
        `the kernel does not permit ${schedulingText(to)} for thread ${tid} (${errno}): ${why}${state}`,
        { cause },
      )
    }
  }

  return {
    knob: ({ tid, threadStartTick }) => `thread ${tid} ${threadStartTick}`,
    encode: encodeScheduling,
    decode: decodeScheduling,
    problem: ({ vm, tid, threadStartTick, isAnyThread }, identities) =>
      identities.threadProblem(vm, tid, threadStartTick, isAnyThread === true),
    excess: ({ to }, limits) => schedulingProblem(to, limits),
    needsLease: ({ policy }) => isRealtimePolicy(policy),
    read: ({ tid }) => scheduler.read(tid),
    write,
  }
}
