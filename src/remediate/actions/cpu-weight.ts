// Gives a VM a larger share of CPU time against the other VMs: the weight of its own control group. A nice value would have
// no effect there, because nice counts only between threads of the same group (sched(7)).
import type { CpuWeightOperation } from '../../actuator/protocol.ts'
import { isRealtimePolicy } from '../../model/policy.ts'
import { defaultWeight, vmCpuGroup, type WeightFile } from '../../sources/cgroup/cpu-weight.ts'
import { hasCpuQuota } from '../target/cpu-quota.ts'
import { weightCommands } from '../target/manager-commands.ts'
import { managerOf, manages } from '../target/owner.ts'
import { type Action, noOwner, type Plan, type PlanInput, type Precondition, type Refusal } from './action.ts'
import { byRunDelay, vmRuns } from './running-vm.ts'

export const cpuWeight: Action = {
  names: ['cpu-weight'],

  async plan(input): Promise<Plan | Refusal> {
    const { vm, identity, policy, procfs, sysfs, read } = input
    if (vm === undefined || identity === undefined)
      return { refused: 'a CPU weight is for a VM; the alert names none' }
    const manager = managerOf(vm, procfs, undefined)
    const owner = manager !== undefined && manages(manager, 'cpu-weight') ? manager : undefined
    const found = vmCpuGroup(procfs, sysfs, vm.pid)
    if (found === undefined)
      return {
        refused:
          owner === undefined
            ? 'the VM has no control group of its own, so no weight concerns it alone; a nice value has an effect there: sched-tier with tier safe:1'
            : `${owner.name} manages the share of CPU time of this VM; change it there`,
      }
    const { file, path } = found
    const to = Math.round(policy.cpuWeight * defaultWeight[file])
    const question: CpuWeightOperation = { kind: 'cpu-weight', vm: identity, file, from: to, to }
    const from = (await read(question)) as number
    if (from >= to) return { refused: `${path} is ${from} already; the policy wants ${to}` }
    return {
      action: 'cpu-weight',
      target: { vm: { ...identity, label: vm.label }, device: undefined },
      changes: [{ what: path, now: weightText(file, from), next: weightText(file, to) }],
      operations: owner === undefined ? [{ ...question, from }] : [],
      takesEffect: 'live',
      isLeased: false,
      preconditions: preconditions(input, to / defaultWeight[file]),
      risk: 'low',
      owner: owner?.name ?? noOwner,
      measurement: byRunDelay,
      undo: 'the file gets its former value back',
      commands:
        owner !== undefined
          ? weightCommands(owner, vm, to)
          : [
              vm.identitySource === 'libvirt' && vm.uuid !== undefined
                ? `virsh schedinfo ${vm.uuid} --live --set cpu_shares=${to}`
                : `echo ${to} > '${path}'`,
            ],
      diff: undefined,
    }
  },
}

const weightText = (file: WeightFile, weight: number): string =>
  `${weight} (${Number((weight / defaultWeight[file]).toFixed(2))} times the default)`

function preconditions({ vm, sample, policy, procfs, sysfs }: PlanInput, times: number): Precondition[] {
  const { vcpus, pid } = vm!
  const realtime = vcpus.filter(({ tid }) => isRealtimePolicy(sample.tasks?.get(tid)?.policy ?? 0)).length
  const isQuoted = hasCpuQuota(procfs, sysfs, pid)
  return [
    vmRuns(vm!),
    {
      text: `the weight is at most ${policy.maxCpuWeight} times the default`,
      holds: times <= policy.maxCpuWeight,
      seen: String(times),
    },
    {
      text: 'no vCPU has a real-time policy, for which a weight has no effect',
      holds: realtime === 0,
      seen: `${realtime} of ${vcpus.length}`,
    },
    {
      text: 'the VM has no CPU quota, which a weight does not lift',
      holds: !isQuoted,
      seen: isQuoted ? 'a quota is set' : 'none is set',
    },
  ]
}
