// One VM with everything that is known about it: exits by reason, vCPUs, the last minutes.
import { runDelayShare } from '../model/shares.ts'
import type { Vm } from '../model/vm.ts'
import { type ExitMix, exitMix } from '../observe/exit-mix.ts'
import type { HostHistory } from '../observe/host-history.ts'
import type { WaitRate } from '../observe/rates.ts'
import type { Sample } from '../observe/sample.ts'
import { figure, points, shareFigure } from './figure.ts'
import type { LiveVmDetail, LiveWait } from './live-document.ts'
import { describeVm, ratioPoints } from './live-vm.ts'
import { schedulingOf } from './scheduling.ts'

/** undefined if no VM of the last sample has this process ID. */
export function describeDetail(history: HostHistory, sample: Sample, pid: number): LiveVmDetail | undefined {
  const vm = sample.vms.find((one) => one.pid === pid)
  if (vm === undefined) return undefined
  const ofVm = history.vm(vm)
  const slots = history.timeline.since(0)
  return {
    at: sample.at,
    vm: describeVm(vm, ofVm, sample),
    exits: describeExits(exitMix(history, sample, vm)),
    vcpus: vcpuDetails(history, sample, vm),
    history: {
      at: slots.map((slot) => history.timeline.at(slot)),
      ratio: ratioPoints(ofVm, slots),
      kernelSwitches: points(ofVm.kernelSwitches, slots),
      userspaceSwitches: points(ofVm.userspaceSwitches, slots),
      cpu: points(ofVm.cpu, slots),
      runDelaySeconds: points(ofVm.runDelaySeconds, slots),
      userspaceWaitSeconds: points(ofVm.userspaceWaitSeconds, slots),
    },
  }
}

function describeExits(mix: ExitMix | undefined): LiveVmDetail['exits'] {
  const rates = mix?.rates
  return {
    seconds: figure(mix?.seconds),
    kernelSwitches: figure(rates?.kernelSwitches),
    userspaceSwitches: figure(rates?.userspaceSwitches),
    io: figure(rates?.io),
    exceptions: figure(rates?.exceptions),
    kernelSeconds: figure(rates?.kernelSeconds),
    haltSeconds: figure(rates?.haltSeconds),
    userspaceWaitSeconds: figure(rates?.userspaceWaitSeconds),
    reasons:
      mix?.reasons?.map(({ reason, perSecond }) => ({ reason, perSecond: figure(perSecond)! })) ?? null,
    userspaceReasons:
      mix?.userspaceReasons?.map(({ name, ...rest }) => ({ reason: name, ...liveWait(rest) })) ?? null,
    devices: mix?.devices?.map(({ name, ...rest }) => ({ device: name, ...liveWait(rest) })) ?? null,
  }
}

const liveWait = ({ perSecond, waitSeconds }: Omit<WaitRate, 'name'>): LiveWait => ({
  perSecond: figure(perSecond)!,
  waitSeconds: figure(waitSeconds),
})

function vcpuDetails(history: HostHistory, sample: Sample, vm: Vm): LiveVmDetail['vcpus'] {
  const { vcpus } = history.vm(vm)
  const vcpuExits = history.vcpuExits(vm)
  return vm.vcpus.flatMap(({ id, tid }, index) => {
    const task = sample.tasks?.get(tid)
    if (task === undefined) return []
    const rates = vcpus[index]
    const exits = vcpuExits[index]
    const runDelay = rates?.runDelay === undefined ? undefined : runDelayShare(rates.runDelay, rates.cpu)
    return {
      id,
      tid,
      lastCpu: task.cpu,
      ...schedulingOf(task),
      cpu: figure(rates?.cpu),
      runDelay: shareFigure(runDelay),
      exits: figure(exits?.exits),
      userspaceSwitches: figure(exits?.userspaceSwitches),
      userspaceWaitSeconds: figure(exits?.userspaceWaitSeconds),
    }
  })
}
