// Puts the threads of a VM back when its lease ends. It runs in the actuator, whose main thread outranks every real-time
// vCPU (SCHED_FIFO 99). deploy/systemd/lease-sweep.sh is the second watcher, for when this program is dead.
import type { Logger } from '../log/logger.ts'
import { isRealtimePolicy } from '../model/policy.ts'
import type { Scheduler } from '../native/scheduler.ts'
import { attempt } from '../sources/attempt.ts'
import { vcpusByThreadName } from '../sources/identity/vcpus.ts'
import { readThreadNames } from '../sources/process/read.ts'
import type { WholeFile } from '../sources/whole-file.ts'
import type { Changes } from './changes.ts'
import { isRunning, isThreadRunning } from './identity.ts'
import type { Leases } from './leases.ts'
import { decodeScheduling, isEnded, threadOf } from './operations/thread-scheduling.ts'
import type { Scheduling } from './protocol.ts'
import { fileName, type VmProcess } from './vm-files.ts'

export interface LeaseWatchParts {
  readonly procfs: string
  readonly file: WholeFile
  readonly leases: Leases
  readonly changes: Changes
  readonly scheduler: Scheduler
  readonly log: Logger
}

export class LeaseWatch {
  readonly #parts: LeaseWatchParts
  /** Why a VM could not be put back, by its file name; logged once. */
  readonly #failed = new Map<string, string>()

  constructor(parts: LeaseWatchParts) {
    this.#parts = parts
  }

  /** `uptime`: seconds since boot. Returns whether there is anything left to check later. */
  check(uptime: number): boolean {
    const { procfs, file, leases, changes, log } = this.#parts
    for (const vm of leases.list()) {
      if (!isRunning(procfs, vm, file)) leases.remove(vm)
      else if (!leases.lasts(vm, uptime) && this.putBack(vm)) {
        leases.remove(vm)
        log.warn(
          { pid: vm.pid },
          'the lease of a VM has ended; its threads have no real-time policy any more',
        )
      }
    }
    for (const vm of changes.list()) {
      if (!isRunning(procfs, vm, file)) changes.remove(vm)
      // A real-time policy of ours without a lease: the file was removed by hand, or a write was interrupted.
      else if (leases.of(vm) === undefined) this.putBack(vm)
    }
    return leases.list().length + changes.list().length > 0
  }

  /**
   * Gives every thread of the VM that has a real-time policy of ours the scheduling that it had before, and all its other
   * real-time vCPU threads SCHED_OTHER. Threads without a real-time policy stay as they are. Returns whether that worked.
   */
  putBack(vm: VmProcess): boolean {
    const problems = [...this.#putBackRecorded(vm), ...this.#putBackOthers(vm)]
    const name = fileName(vm)
    const problem = problems.join('; ')
    if (problem === '') this.#failed.delete(name)
    else if (this.#failed.get(name) !== problem) {
      this.#failed.set(name, problem)
      this.#parts.log.error(
        { pid: vm.pid, reason: problem },
        'cannot end the real-time policies of a VM whose lease has ended; trying again every second',
      )
    }
    return problem === ''
  }

  /** A thread of the VM that still has a real-time policy of ours; undefined if there is none. */
  realtimeThread(vm: VmProcess): number | undefined {
    const { procfs, file, changes, scheduler } = this.#parts
    for (const [knob, { set }] of changes.of(vm)) {
      const thread = threadOf(knob)
      if (thread === undefined || !isRealtimePolicy(decodeScheduling(set)?.policy ?? 0)) continue
      if (!isThreadRunning(procfs, vm.pid, thread, file)) continue
      if (isRealtimePolicy(scheduler.read(thread.tid).policy)) return thread.tid
    }
    return undefined
  }

  #putBackRecorded(vm: VmProcess): string[] {
    const { procfs, file, changes } = this.#parts
    const problems: string[] = []
    for (const [knob, change] of changes.of(vm)) {
      const thread = threadOf(knob)
      const [before, ours] = [decodeScheduling(change.was), decodeScheduling(change.set)]
      if (thread === undefined || before === undefined || ours === undefined) continue
      // Needs no lease: nice lasts until it is reversed.
      if (!isRealtimePolicy(ours.policy)) continue
      try {
        if (isThreadRunning(procfs, vm.pid, thread, file))
          this.#putThreadBack(vm.pid, thread.tid, before, ours)
        changes.drop(vm, knob)
      } catch (error) {
        if (!isEnded(error)) problems.push((error as Error).message)
      }
    }
    return problems
  }

  #putThreadBack(pid: number, tid: number, before: Scheduling, ours: Scheduling): void {
    const { scheduler, log } = this.#parts
    const live = scheduler.read(tid)
    // Somebody else has ended it, such as the sweep.
    if (!isRealtimePolicy(live.policy) && live.nice !== ours.nice) return
    if (isRealtimePolicy(live.policy)) scheduler.setPolicy(tid, before)
    if (live.nice !== before.nice) scheduler.setNice(tid, before.nice)
    log.info({ pid, tid, before: live, after: scheduler.read(tid) }, 'thread put back')
  }

  /** Only while there is a lease: without one, they are somebody else's. */
  #putBackOthers(vm: VmProcess): string[] {
    const { procfs, file, leases, scheduler, log } = this.#parts
    if (leases.of(vm) === undefined) return []
    const problems: string[] = []
    const names = attempt(() => readThreadNames(procfs, vm.pid, file)).value ?? new Map<number, string>()
    for (const { tid } of vcpusByThreadName(names)) {
      try {
        const live = scheduler.read(tid)
        if (!isRealtimePolicy(live.policy)) continue
        scheduler.setPolicy(tid, { policy: 0, rtPriority: 0, resetOnFork: false })
        log.info({ pid: vm.pid, tid, before: live }, 'put back to SCHED_OTHER; there is no record of it')
      } catch (error) {
        if (!isEnded(error)) problems.push((error as Error).message)
      }
    }
    return problems
  }
}
