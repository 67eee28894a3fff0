// Gives the vCPU threads of a VM the policy, the real-time priority and the nice value of a tier (thesis, 4.2 and 4.3), or
// the threads that a person names what the person asks for.
import type { Scheduling } from '../../actuator/protocol.ts'
import { isRealtimePolicy, policyName, schedulingText } from '../../model/policy.ts'
import type { Vm } from '../../model/vm.ts'
import type { Sample } from '../../observe/sample.ts'
import { readRealtimeRuntimeUs } from '../../sources/realtime-limit.ts'
import { hasCpuQuota } from '../target/cpu-quota.ts'
import { niceLimit } from '../target/nice-limit.ts'
import {
  type Action,
  type Change,
  noOwner,
  type Plan,
  type PlanInput,
  type Precondition,
  type Refusal,
} from './action.ts'
import { byRunDelay, vmRuns } from './running-vm.ts'
import { type PlannedThread, readThreads } from './sched-threads.ts'

/** For a real-time policy, nice has no effect now, but sets what the thread returns to. */
function isSameScheduling(a: Scheduling, b: Scheduling): boolean {
  return (
    a.policy === b.policy &&
    a.rtPriority === b.rtPriority &&
    a.nice === b.nice &&
    a.resetOnFork === b.resetOnFork
  )
}

export const schedTier: Action = {
  names: ['sched-tier'],

  async plan(input): Promise<Plan | Refusal> {
    const { vm, identity } = input
    if (vm === undefined || identity === undefined)
      return { refused: 'a scheduling tier is for a VM; the alert names none' }
    const threads = await readThreads(input, vm)
    if (typeof threads === 'string') return { refused: threads }
    const pending = threads.filter(({ operation }) => !isSameScheduling(operation.from, operation.to))
    if (pending.length === 0) return { refused: alreadyText(input, threads) }
    const foreign = pending.find(({ operation }) => isRealtimePolicy(operation.from.policy))
    if (foreign !== undefined) {
      return {
        refused: `somebody else has made thread ${foreign.operation.tid} ${schedulingText(foreign.operation.from)}; change it where it was set`,
      }
    }
    const wanted = pending.map(({ operation }) => operation.to)
    const highest = Math.max(...wanted.map(({ rtPriority }) => rtPriority))
    return {
      action: 'sched-tier',
      target: { vm: { ...identity, label: vm.label }, device: undefined },
      changes: pending.map(changeOf),
      operations: pending.map(({ operation }) => operation),
      takesEffect: 'live',
      isLeased: highest > 0,
      preconditions: preconditions(input, vm, pending),
      risk: highest === 0 ? 'low' : highest <= 2 ? 'medium' : 'critical',
      owner: noOwner,
      measurement: byRunDelay,
      undo:
        highest > 0
          ? 'each thread gets its former scheduling back; without a renewed lease this happens by itself'
          : 'each thread gets its former scheduling back',
      notes: notes(input, vm, pending),
      commands: pending.flatMap(({ operation: { tid, to } }) => commandsOf(tid, to)),
      diff: undefined,
    }
  },
}

function alreadyText({ policy, settings = {} }: PlanInput, threads: readonly PlannedThread[]): string {
  const what = (settings.threads ?? 'vcpu') === 'vcpu' ? 'all vCPU threads are' : 'these threads are'
  const own = settings.nice !== undefined || settings.scheduling !== undefined
  return `${what} ${schedulingText(threads[0]!.operation.to)} already${own ? '' : `, as tier ${policy.tier.name} wants`}`
}

/** Why a nice value has little effect on this host, if a thread gets another one. */
function notes({ procfs, sysfs }: PlanInput, vm: Vm, pending: readonly PlannedThread[]): string[] {
  const changed = pending.filter(
    ({ operation: { from, to } }) => !isRealtimePolicy(to.policy) && from.nice !== to.nice,
  )
  const found = changed.flatMap(({ operation: { tid } }) => niceLimit(procfs, sysfs, vm, tid) ?? [])
  return [...new Set(found)]
}

function changeOf({ role, operation: { tid, from, to } }: PlannedThread): Change {
  return { what: `thread ${tid} (${role})`, now: schedulingText(from), next: schedulingText(to) }
}

function commandsOf(tid: number, { policy, rtPriority, nice }: Scheduling): string[] {
  return isRealtimePolicy(policy)
    ? [`chrt --${policyName(policy)} --reset-on-fork --pid ${rtPriority} ${tid}`]
    : [`chrt --${policyName(policy)} --pid 0 ${tid}`, `renice --priority ${nice} --pid ${tid}`]
}

function preconditions(input: PlanInput, vm: Vm, pending: readonly PlannedThread[]): Precondition[] {
  const { policy, sample, procfs, sysfs } = input
  const always: Precondition[] = [vmRuns(vm)]
  const wanted = pending.map(({ operation }) => operation.to)
  const lowest = Math.min(...wanted.map(({ nice }) => nice))
  const niceBound = {
    text: `the nice value is at least ${policy.minNice}`,
    holds: lowest >= policy.minNice,
    seen: String(lowest),
  }
  const highest = Math.max(...wanted.map(({ rtPriority }) => rtPriority))
  if (highest === 0) return [...always, niceBound]
  const cpus = sample.cpuTime?.length ?? 0
  const others = realtimeVcpus(sample, vm)
  // The actuator counts all vCPUs of a VM that has a real-time policy, and its other threads one by one.
  const further = pending.filter(({ isVcpu, operation: { to } }) => !isVcpu && isRealtimePolicy(to.policy))
  const own = vm.vcpus.length + further.length
  const runtime = readRealtimeRuntimeUs(procfs)
  const isQuoted = hasCpuQuota(procfs, sysfs, vm.pid)
  return [
    ...always,
    ...(lowest < 0 ? [niceBound] : []),
    {
      text: `the real-time priority is at most ${policy.maxRealtimePriority}`,
      holds: highest <= policy.maxRealtimePriority,
      seen: String(highest),
    },
    {
      text: `${policy.freeCpus} of the CPUs cannot be filled by real-time vCPUs`,
      holds: others + own + policy.freeCpus <= cpus,
      seen: `${cpus} CPUs, ${others} real-time vCPUs of other VMs, ${vm.vcpus.length} vCPUs of this one${further.length === 0 ? '' : ` and ${further.length} of its other threads`}`,
    },
    {
      text: 'the kernel lets real-time threads run, and limits their run time',
      holds: runtime === undefined || runtime > 0,
      seen: runtime === undefined ? 'no sched_rt_runtime_us' : `sched_rt_runtime_us is ${runtime}`,
    },
    {
      text: 'the VM has no CPU quota, which it would escape',
      holds: !isQuoted,
      seen: isQuoted ? 'a quota is set' : 'none is set',
    },
  ]
}

/** How many vCPU threads of other VMs have a real-time policy. */
function realtimeVcpus({ vms, tasks }: Sample, except: Vm): number {
  return vms
    .filter((vm) => vm.pid !== except.pid)
    .flatMap((vm) => vm.vcpus)
    .filter(({ tid }) => isRealtimePolicy(tasks?.get(tid)?.policy ?? 0)).length
}
