// One VM of the report.
import type { Observed, ObservedHost, ObservedVm } from '../collect/observed.ts'
import type { Limits, VmMemoryReport, VmReport } from '../document.ts'
import { hour } from '../grid.ts'
import { combine, summarize } from '../statistics/summary.ts'
import { type Residual, savingOf } from './savings.ts'
import { sizeOf } from './sizes.ts'
import { endOf, isoTime } from './times.ts'
import { lastKnown, type VmFigures } from './vm-figures.ts'

export type UnadvisedVm = Omit<VmReport, 'actions' | 'tier'>

/** Whether the VM is there in the last step in which the exporter could list the VMs of its host. */
function isRunning(vm: ObservedVm, { couldList }: ObservedHost): boolean {
  const last = vm.stays.at(-1)!
  return last.end - 1 >= couldList.findLastIndex((could) => could > 0)
}

export function unadvised(
  { grid, hosts }: Observed,
  vm: ObservedVm,
  figures: VmFigures,
  residual: Residual | undefined,
  limits: Limits,
): UnadvisedVm {
  const last = vm.stays.at(-1)!
  const memory = memoryOf(vm)
  const hours = (figures.steps * grid.step) / hour
  const { steps: _, ...shown } = figures
  return {
    ...shown,
    name: last.name,
    uuid: vm.uuid ?? null,
    host: hosts[last.host]!.name,
    earlier: vm.stays.slice(0, -1).map(({ name, host, end }) => ({
      name,
      host: hosts[host]!.name,
      until: isoTime(endOf(grid, end - 1)),
    })),
    sharesUuid: vm.sharesUuid,
    isRunning: isRunning(vm, hosts[last.host]!),
    firstSeen: isoTime(endOf(grid, vm.stays[0]!.begin)),
    lastSeen: isoTime(endOf(grid, last.end - 1)),
    hours,
    owner: vm.now.owner,
    emulatedDisks: vm.now.disks.filter(({ isEmulated }) => isEmulated).map(({ device }) => device),
    emulatedNics: vm.now.nics.filter(({ isEmulated }) => isEmulated).map(({ device }) => device),
    saving: savingOf(vm, figures, residual),
    memory,
    size: sizeOf(figures, memory, hours, (grid.points * grid.step) / hour, limits),
  }
}

function memoryOf({ series }: ObservedVm): VmMemoryReport {
  // A process without pages of a pool may have no value for them.
  const held = combine((resident, pool) => resident + (pool || 0), series.resident, series.hugetlb)
  return {
    given: lastKnown(series.given),
    heldMax: summarize(held)?.max ?? null,
    hugePages: lastKnown(series.hugetlb),
    balloonMin: lastKnown(series.balloon),
  }
}
