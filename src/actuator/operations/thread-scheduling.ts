// The scheduling of one vCPU thread.
import { isRealtimePolicy } from '../../model/policy.ts'
import { type Scheduler, SchedulerError } from '../../native/scheduler.ts'
import { schedulingProblem } from '../limits.ts'
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
  constructor(cause: Error, notPutBack: Error | undefined) {
    const rest =
      notPutBack === undefined
        ? 'the policy had been set and was put back'
        : `the policy had been set and could not be put back: ${notPutBack.message}`
    super(`${cause.message}; ${rest}`, { cause })
    this.name = 'PartlySet'
  }
}

/** Whether the error says that the thread has ended. */
export function isEnded(error: unknown): boolean {
  const root = error instanceof PartlySet ? error.cause : error
  return root instanceof SchedulerError && root.errno === 'ESRCH'
}

export function threadScheduling(scheduler: Scheduler): OperationKit<ThreadSchedulingOperation> {
  return {
    knob: ({ tid, threadStartTick }) => `thread ${tid} ${threadStartTick}`,
    encode: encodeScheduling,
    decode: decodeScheduling,
    problem: ({ vm, tid, threadStartTick }, identities) => identities.threadProblem(vm, tid, threadStartTick),
    excess: ({ to }, limits) => schedulingProblem(to, limits),
    needsLease: ({ policy }) => isRealtimePolicy(policy),
    read: ({ tid }) => scheduler.read(tid),
    write: ({ tid, from, to }) => setScheduling(scheduler, tid, from, to),
  }
}
