// One VM as a row of the table.
import { isEmulatedDisk, isEmulatedNicModel } from '../model/emulated.ts'
import { rootModeRatio } from '../model/shares.ts'
import { secondsFromNs } from '../model/time.ts'
import type { Vm } from '../model/vm.ts'
import type { Sample } from '../observe/sample.ts'
import type { VmHistory } from '../observe/vm-history.ts'
import { figure, shareFigure } from './figure.ts'
import type { LiveVm, Points } from './live-document.ts'
import { countedScheduling } from './scheduling.ts'

export function describeVm(vm: Vm, history: VmHistory, sample: Sample): Omit<LiveVm, 'history'> {
  const { figures } = history
  const { kernelSwitches, userspaceSwitches } = figures
  const memory = sample.vmMemory?.get(vm.pid)
  const tasks = vm.vcpus.flatMap(({ tid }) => sample.tasks?.get(tid) ?? [])
  return {
    label: vm.label,
    pid: vm.pid,
    uuid: vm.uuid ?? null,
    machine: vm.machine ?? null,
    startedAt: sample.bootTime === undefined ? null : Math.round(sample.bootTime + secondsFromNs(vm.startNs)),
    vcpus: vm.vcpus.length,
    class: figures.class ?? null,
    ratio: shareFigure(figures.ratio),
    ioShare: shareFigure(figures.ioShare),
    userspaceCost: figure(figures.userspaceCost),
    switches: kernelSwitches === undefined ? null : figure(kernelSwitches + userspaceSwitches!),
    cpu: figure(figures.cpu),
    runDelay: shareFigure(figures.runDelay),
    scheduling: countedScheduling(tasks),
    memory: {
      maxBytes: vm.memoryMaxBytes ?? null,
      balloonBytes: vm.balloonBytes ?? null,
      residentBytes: memory?.residentBytes ?? null,
      hugetlbBytes: memory?.hugetlbBytes ?? null,
    },
    disks: vm.disks.map(({ device, target = null, bus, cache = null, format = null, emulated }) => ({
      device,
      target,
      bus,
      cache,
      format,
      emulated: isEmulatedDisk({ bus, emulated }),
    })),
    nics: vm.nics.map(({ device, target = null, model, vhost = null }) => ({
      device,
      target,
      model,
      vhost,
      emulated: isEmulatedNicModel(model),
    })),
  }
}

export function ratioPoints(history: VmHistory, slots: readonly number[]): Points {
  return slots.map((slot) =>
    shareFigure(rootModeRatio(history.kernelSwitches.at(slot), history.userspaceSwitches.at(slot))),
  )
}

export function switchPoints(history: VmHistory, slots: readonly number[]): Points {
  return slots.map((slot) => figure(history.kernelSwitches.at(slot) + history.userspaceSwitches.at(slot)))
}
