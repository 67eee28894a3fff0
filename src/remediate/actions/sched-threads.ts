// The threads that a scheduling is for, and what each of them gets.
import type { Scheduling, ThreadSchedulingOperation } from '../../actuator/protocol.ts'
import { isRealtimePolicy } from '../../model/policy.ts'
import type { HandSettings } from '../../model/remediation.ts'
import type { Vm } from '../../model/vm.ts'
import type { Tier } from '../../policy/tiers.ts'
import { readThreadNames } from '../../sources/process/read.ts'
import { WholeFile } from '../../sources/whole-file.ts'
import { startTickOf } from '../target/identity.ts'
import type { PlanInput } from './action.ts'

export interface PlannedThread {
  /** Such as `vCPU 0`. The name of another thread is what its program says. */
  readonly role: string
  readonly isVcpu: boolean
  readonly operation: ThreadSchedulingOperation
}

/** What a thread gets that has `from` now. */
function schedulingFor(from: Scheduling, tier: Tier, { scheduling, nice }: HandSettings): Scheduling {
  if (nice !== undefined) return { ...from, nice }
  const wanted = scheduling === undefined ? tier : { ...scheduling, nice: from.nice }
  return {
    policy: wanted.policy,
    rtPriority: wanted.rtPriority,
    nice: wanted.nice,
    // So that nothing that the thread starts inherits a real-time policy.
    resetOnFork: isRealtimePolicy(wanted.policy),
  }
}

/** Reads what each thread has now. A string says why that cannot be known. */
export async function readThreads(input: PlanInput, vm: Vm): Promise<PlannedThread[] | string> {
  const { identity, procfs, read, policy, settings = {} } = input
  const chosen = threadsOf(vm, procfs, settings)
  if (chosen.length === 0)
    return 'the vCPU threads of this VM are not known: load the kvminfo module, or start QEMU with -name debug-threads=on'
  const threads: PlannedThread[] = []
  for (const { tid, role, isVcpu } of chosen) {
    const tick = startTickOf(`${procfs}/${vm.pid}/task/${tid}/stat`)
    if (tick === undefined) return `thread ${tid} (${role}) has ended`
    const unknown: Scheduling = { policy: 0, rtPriority: 0, nice: 0, resetOnFork: false }
    const question: ThreadSchedulingOperation = {
      kind: 'thread-scheduling',
      vm: identity!,
      tid,
      ...(isVcpu ? {} : { isAnyThread: true }),
      threadStartTick: tick,
      from: unknown,
      to: unknown,
    }
    const from = (await read(question)) as Scheduling
    threads.push({
      role,
      isVcpu,
      operation: { ...question, from, to: schedulingFor(from, policy.tier, settings) },
    })
  }
  return threads
}

function threadsOf(
  { pid, vcpus }: Vm,
  procfs: string,
  { threads = 'vcpu' }: HandSettings,
): { tid: number; role: string; isVcpu: boolean }[] {
  const own = vcpus.map(({ tid, id }) => ({ tid, role: `vCPU ${id}`, isVcpu: true }))
  if (threads === 'vcpu') return own
  const known = new Map(own.map((thread) => [thread.tid, thread]))
  const names = threads === 'main' ? new Map([[pid, '']]) : readThreadNames(procfs, pid, new WholeFile())
  return [...names].map(
    ([tid, name]) =>
      known.get(tid) ?? { tid, role: tid === pid ? 'main thread' : name.trim() || 'no name', isVcpu: false },
  )
}
