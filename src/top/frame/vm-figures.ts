// The figures of one VM, from its history.
import { isFairPolicy, isRealtimePolicy, policyName } from '../../model/policy.ts'
import { ioShare, rootModeRatio, runDelayShare } from '../../model/shares.ts'
import type { Task } from '../../model/task.ts'
import type { Vm } from '../../model/vm.ts'
import { exitMix } from '../../observe/exit-mix.ts'
import type { HostHistory } from '../../observe/host-history.ts'
import { sumOfRates, type WaitRate } from '../../observe/rates.ts'
import type { Sample } from '../../observe/sample.ts'
import type { VcpuFigures, VmDetail, VmFigures, WaitFigures } from './frame.ts'

/** `sample` is the last one of `history`. */
export function figuresOf(history: HostHistory, sample: Sample, vm: Vm): VmFigures {
  const ofVm = history.vm(vm)
  const { exits } = ofVm
  const rates = sumOfRates(ofVm.vcpus)
  const memory = sample.vmMemory?.get(vm.pid)
  const [device] = exitMix(history, sample, vm)?.devices ?? []
  return {
    label: vm.label,
    pid: vm.pid,
    state: vm.state ?? null,
    class: ofVm.figures.class ?? null,
    ratio: (exits && rootModeRatio(exits.kernelSwitches, exits.userspaceSwitches)) ?? null,
    ioShare: (exits && ioShare(exits.io, exits.kernelSwitches, exits.userspaceSwitches)) ?? null,
    kernelSwitches: exits?.kernelSwitches ?? null,
    userspaceSwitches: exits?.userspaceSwitches ?? null,
    io: exits?.io ?? null,
    exceptions: exits?.exceptions ?? null,
    userspaceWait: exits?.userspaceWaitSeconds ?? null,
    device: device?.name ?? null,
    deviceWait: device?.waitSeconds ?? null,
    devicePerSecond: device?.perSecond ?? null,
    vcpus: vm.vcpus.length,
    cpu: rates?.cpu ?? null,
    runDelay: rates?.runDelay === undefined ? null : (runDelayShare(rates.runDelay, rates.cpu) ?? null),
    ...schedulingOf(vm.vcpus.flatMap(({ tid }) => sample.tasks?.get(tid) ?? [])),
    residentBytes: memory?.residentBytes ?? null,
    hugetlbBytes: memory?.hugetlbBytes ?? null,
    memoryMaxBytes: vm.memoryMaxBytes ?? null,
  }
}

type Scheduling = Pick<VcpuFigures, 'policy' | 'rtPriority' | 'nice'>

function schedulingOf(tasks: readonly Task[]): Scheduling {
  const policies = [...new Set(tasks.map(({ policy }) => policyName(policy)))]
  const same = (values: readonly number[]): number | null => (new Set(values).size === 1 ? values[0]! : null)
  return {
    policy: policies.length === 0 ? null : policies.sort().join(','),
    rtPriority: tasks.every(({ policy }) => isRealtimePolicy(policy))
      ? same(tasks.map(({ rtPriority }) => rtPriority))
      : null,
    nice: tasks.every(({ policy }) => isFairPolicy(policy)) ? same(tasks.map(({ nice }) => nice)) : null,
  }
}

/** `sample` is the last one of `history`. */
export function detailOf(history: HostHistory, sample: Sample, vm: Vm): VmDetail {
  const mix = exitMix(history, sample, vm)
  return {
    threads: vcpuFigures(history, sample, vm),
    mixSeconds: mix?.seconds ?? null,
    reasons: mix?.reasons?.map(({ reason, perSecond }) => ({ name: reason, perSecond, wait: null })) ?? null,
    userspaceReasons: mix?.userspaceReasons?.map(waitFigures) ?? null,
    devices: mix?.devices?.map(waitFigures) ?? null,
    hardware: hardwareOf(vm),
  }
}

const waitFigures = ({ name, perSecond, waitSeconds }: WaitRate): WaitFigures => ({
  name,
  perSecond,
  wait: waitSeconds ?? null,
})

function vcpuFigures(history: HostHistory, sample: Sample, vm: Vm): VcpuFigures[] {
  const { vcpus } = history.vm(vm)
  const vcpuExits = history.vcpuExits(vm)
  return vm.vcpus.map(({ id, tid }, index) => {
    const task = sample.tasks?.get(tid)
    const rates = vcpus[index]
    const exits = vcpuExits[index]
    return {
      id,
      tid,
      lastCpu: task?.cpu ?? null,
      ...schedulingOf(task === undefined ? [] : [task]),
      cpu: rates?.cpu ?? null,
      runDelay: rates?.runDelay === undefined ? null : (runDelayShare(rates.runDelay, rates.cpu) ?? null),
      exits: exits?.exits ?? null,
      userspaceSwitches: exits?.userspaceSwitches ?? null,
      userspaceWait: exits?.userspaceWaitSeconds ?? null,
    }
  })
}

function hardwareOf({ disks, nics, hostDevices }: Vm): string[] {
  const words = (...parts: (string | undefined | false)[]): string => parts.filter(Boolean).join(' ')
  return [
    ...disks.map(({ device, target, bus, cache, format }) =>
      words('disk', device, target, bus, format, cache !== undefined && `cache=${cache}`),
    ),
    ...nics.map(({ device, target, model, vhost }) =>
      words('nic', device, target, model, vhost === true && 'vhost', vhost === false && 'without vhost'),
    ),
    ...hostDevices.map(({ device, driver, address }) => words('host device', device, driver, address)),
  ]
}
