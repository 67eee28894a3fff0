// Gives the vCPU threads of a VM the policy, the real-time priority and the nice value of a tier (thesis, 4.2 and 4.3).
import type { Scheduling, ThreadSchedulingOperation } from '../../actuator/protocol.ts'
import { isRealtimePolicy, policyName } from '../../model/policy.ts'
import type { Vcpu, Vm } from '../../model/vm.ts'
import type { Sample } from '../../observe/sample.ts'
import type { Tier } from '../../policy/tiers.ts'
import { readRealtimeRuntimeUs } from '../../sources/realtime-limit.ts'
import { hasCpuQuota } from '../target/cpu-quota.ts'
import { startTickOf } from '../target/identity.ts'
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

function schedulingOf(tier: Tier): Scheduling {
  return {
    policy: tier.policy,
    rtPriority: tier.rtPriority,
    nice: tier.nice,
    // So that nothing that a vCPU thread starts inherits a real-time policy.
    resetOnFork: isRealtimePolicy(tier.policy),
  }
}

function schedulingText({ policy, rtPriority, nice }: Scheduling): string {
  return isRealtimePolicy(policy)
    ? `${policyName(policy)} ${rtPriority}`
    : `${policyName(policy)}, nice ${nice}`
}

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
    const { vm, identity, policy } = input
    if (vm === undefined || identity === undefined)
      return { refused: 'a scheduling tier is for a VM; the alert names none' }
    if (vm.vcpus.length === 0) return { refused: 'the vCPU threads of this VM are not known' }
    const to = schedulingOf(policy.tier)
    const threads = await readThreads(input, vm, to)
    if (typeof threads === 'string') return { refused: threads }
    const pending = threads.filter(({ operation }) => !isSameScheduling(operation.from, to))
    if (pending.length === 0)
      return {
        refused: `all vCPU threads are ${schedulingText(to)} already, as tier ${policy.tier.name} wants`,
      }
    const foreign = pending.find(({ operation }) => isRealtimePolicy(operation.from.policy))
    if (foreign !== undefined) {
      return {
        refused: `somebody else has made thread ${foreign.operation.tid} ${schedulingText(foreign.operation.from)}; change it where it was set`,
      }
    }
    const isRealtime = isRealtimePolicy(to.policy)
    return {
      action: 'sched-tier',
      target: { vm: { ...identity, label: vm.label }, device: undefined },
      changes: pending.map(changeOf),
      operations: pending.map(({ operation }) => operation),
      takesEffect: 'live',
      isLeased: isRealtime,
      preconditions: preconditions(input, vm),
      risk: isRealtime ? (to.rtPriority <= 2 ? 'medium' : 'critical') : 'low',
      owner: noOwner,
      measurement: byRunDelay,
      undo: isRealtime
        ? 'each thread gets its former scheduling back; without a renewed lease this happens by itself'
        : 'each thread gets its former scheduling back',
      commands: pending.flatMap(({ operation: { tid } }) => commandsOf(tid, to)),
      diff: undefined,
    }
  },
}

interface PlannedThread {
  readonly vcpu: Vcpu
  readonly operation: ThreadSchedulingOperation
}

async function readThreads(
  { identity, procfs, read }: PlanInput,
  vm: Vm,
  to: Scheduling,
): Promise<PlannedThread[] | string> {
  const threads: PlannedThread[] = []
  for (const vcpu of vm.vcpus) {
    const tick = startTickOf(`${procfs}/${vm.pid}/task/${vcpu.tid}/stat`)
    if (tick === undefined) return `thread ${vcpu.tid} of vCPU ${vcpu.id} has ended`
    const question: ThreadSchedulingOperation = {
      kind: 'thread-scheduling',
      vm: identity!,
      tid: vcpu.tid,
      threadStartTick: tick,
      from: to,
      to,
    }
    threads.push({ vcpu, operation: { ...question, from: (await read(question)) as Scheduling } })
  }
  return threads
}

function changeOf({ vcpu, operation: { tid, from, to } }: PlannedThread): Change {
  return { what: `thread ${tid} (vCPU ${vcpu.id})`, now: schedulingText(from), next: schedulingText(to) }
}

function commandsOf(tid: number, { policy, rtPriority, nice }: Scheduling): string[] {
  return isRealtimePolicy(policy)
    ? [`chrt --${policyName(policy)} --reset-on-fork --pid ${rtPriority} ${tid}`]
    : [`chrt --${policyName(policy)} --pid 0 ${tid}`, `renice --priority ${nice} --pid ${tid}`]
}

function preconditions(input: PlanInput, vm: Vm): Precondition[] {
  const { policy, sample, procfs, sysfs } = input
  const { tier } = policy
  const always: Precondition[] = [vmRuns(vm)]
  if (!isRealtimePolicy(tier.policy)) {
    const niceBound = {
      text: `the nice value is at least ${policy.minNice}`,
      holds: tier.nice >= policy.minNice,
      seen: String(tier.nice),
    }
    return [...always, niceBound]
  }
  const cpus = sample.cpuTime?.length ?? 0
  const others = realtimeVcpus(sample, vm)
  const runtime = readRealtimeRuntimeUs(procfs)
  const isQuoted = hasCpuQuota(procfs, sysfs, vm.pid)
  return [
    ...always,
    {
      text: `the real-time priority is at most ${policy.maxRealtimePriority}`,
      holds: tier.rtPriority <= policy.maxRealtimePriority,
      seen: String(tier.rtPriority),
    },
    {
      text: `${policy.freeCpus} of the CPUs cannot be filled by real-time vCPUs`,
      holds: others + vm.vcpus.length + policy.freeCpus <= cpus,
      seen: `${cpus} CPUs, ${others} real-time vCPUs of other VMs, ${vm.vcpus.length} vCPUs of this one`,
    },
    {
      text: 'the kernel limits the run time of real-time threads',
      holds: runtime === undefined || runtime >= 0,
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
