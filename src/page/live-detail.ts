// One VM with everything that is known about it: exits by reason, vCPUs, the last minutes.
import type { VmExits, Waits } from '../model/exits.ts'
import { runDelayShare } from '../model/shares.ts'
import type { Vm } from '../model/vm.ts'
import type { HostHistory } from '../observe/host-history.ts'
import { exitRates, type WaitRate, waitRates } from '../observe/rates.ts'
import type { Sample } from '../observe/sample.ts'
import type { VmHistory } from '../observe/vm-history.ts'
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
    exits: exitMix(history, sample, vm),
    vcpus: vcpuDetails(ofVm, sample, vm),
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

function exitMix(history: HostHistory, sample: Sample, vm: Vm): LiveVmDetail['exits'] {
  const { mark } = history
  const since = history.vm(vm).exitsKnownSince
  const now = sample.exits?.get(vm.pid)
  // If the counters were reset after the mark was taken, the two cannot be compared.
  const isComparable = mark !== undefined && since !== undefined && mark.clock >= since
  const before = isComparable ? mark.exits?.get(vm.pid) : undefined
  const seconds = mark === undefined ? 0 : sample.clock - mark.clock
  const rates = exitRates(before, now, seconds)
  return {
    seconds: rates === undefined ? null : figure(seconds),
    kernelSwitches: figure(rates?.kernelSwitches),
    userspaceSwitches: figure(rates?.userspaceSwitches),
    io: figure(rates?.io),
    exceptions: figure(rates?.exceptions),
    kernelSeconds: figure(rates?.kernelSeconds),
    haltSeconds: figure(rates?.haltSeconds),
    userspaceWaitSeconds: figure(rates?.userspaceWaitSeconds),
    reasons: rates === undefined ? null : reasonRates(before!, now!, seconds),
    userspaceReasons:
      rates === undefined
        ? null
        : waits(before!.userspaceReasons, now!.userspaceReasons, seconds, ({ name, ...rest }) => ({
            reason: name,
            ...rest,
          })),
    devices:
      rates === undefined
        ? null
        : waits(before!.devices, now!.devices, seconds, ({ name, ...rest }) => ({ device: name, ...rest })),
  }
}

type LiveWaitRate = Pick<WaitRate, 'name'> & LiveWait

function waits<T>(
  before: ReadonlyMap<string, Waits> | undefined,
  now: ReadonlyMap<string, Waits> | undefined,
  seconds: number,
  named: (rate: LiveWaitRate) => T,
): T[] | null {
  if (now === undefined) return null
  return waitRates(before, now, seconds).map(({ name, perSecond, waitSeconds }) =>
    named({ name, perSecond: figure(perSecond)!, waitSeconds: figure(waitSeconds) }),
  )
}

function reasonRates(before: VmExits, now: VmExits, seconds: number): LiveVmDetail['exits']['reasons'] {
  if (now.reasons.size === 0) return null
  return [...now.reasons]
    .map(([reason, count]) => ({
      reason,
      perSecond: Math.max(0, count - (before.reasons.get(reason) ?? 0)) / seconds,
    }))
    .filter(({ perSecond }) => perSecond > 0)
    .sort((a, b) => b.perSecond - a.perSecond)
    .map(({ reason, perSecond }) => ({ reason, perSecond: figure(perSecond)! }))
}

function vcpuDetails(ofVm: VmHistory, sample: Sample, vm: Vm): LiveVmDetail['vcpus'] {
  return vm.vcpus.flatMap(({ id, tid }, index) => {
    const task = sample.tasks?.get(tid)
    if (task === undefined) return []
    const rates = ofVm.vcpus[index]
    const exits = ofVm.vcpuExits[index]
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
