// A scheduler that keeps the state of threads in memory and can be told to fail.
import { type Scheduler, SchedulerError, type ThreadScheduling } from '../../src/native/scheduler.ts'

export const other: ThreadScheduling = { policy: 0, rtPriority: 0, nice: 0, resetOnFork: false }
export const rr1: ThreadScheduling = { policy: 2, rtPriority: 1, nice: 0, resetOnFork: true }

export interface FakeScheduler extends Scheduler {
  readonly threads: Map<number, ThreadScheduling>
  /** The calls that changed something, as text, in order. */
  readonly calls: string[]
  /** The errno with which a call on a thread fails: `setNice 7`. */
  readonly failures: Map<string, string>
  /** Called before each change. */
  onChange: () => void
}

/** A thread that is not in `threads` is SCHED_OTHER with nice 0. */
export function fakeScheduler(): FakeScheduler {
  const threads = new Map<number, ThreadScheduling>()
  const calls: string[] = []
  const failures = new Map<string, string>()
  const attempt = (call: string, tid: number) => {
    const errno = failures.get(`${call} ${tid}`)
    if (errno !== undefined) throw new SchedulerError(call, tid, errno)
  }
  const of = (tid: number) => threads.get(tid) ?? other
  const fake: FakeScheduler = {
    threads,
    calls,
    failures,
    onChange() {},
    read(tid) {
      attempt('read', tid)
      return of(tid)
    },
    setPolicy(tid, { policy, rtPriority, resetOnFork }) {
      fake.onChange()
      calls.push(`policy ${tid} ${policy} ${rtPriority}`)
      attempt('setPolicy', tid)
      threads.set(tid, { ...of(tid), policy, rtPriority, resetOnFork })
    },
    setNice(tid, nice) {
      fake.onChange()
      calls.push(`nice ${tid} ${nice}`)
      attempt('setNice', tid)
      threads.set(tid, { ...of(tid), nice })
    },
  }
  return fake
}
