// What virtio would save a VM, from the time that its own vCPUs waited for QEMU.
import { quantile } from 'simple-statistics'
import type { ObservedVm } from '../collect/observed.ts'
import type { Saving } from '../document.ts'
import type { VmFigures } from './vm-figures.ts'

/** Seconds of waiting for QEMU per CPU second that VMs with virtio only still have: the middle half of them. */
export interface Residual {
  readonly low: number
  readonly high: number
  readonly vms: number
}

export const fewestPeers = 5
/** Of the tuned VM in table 7-4: 217,136 of 22,130,431 exits to QEMU remained. */
export const thesisRemainder = 217_136 / 22_130_431
/** Our assumption while there is nothing to compare with. */
export const leastSaved = 0.5

const hasEmulated = ({ now: { disks, nics } }: ObservedVm): boolean =>
  [...disks, ...nics].some(({ isEmulated }) => isEmulated)

/** undefined if fewer than 5 busy VMs have virtio only and had nothing else within the range. */
export function residualOf(vms: readonly (readonly [ObservedVm, VmFigures])[]): Residual | undefined {
  const costs = vms.flatMap(([vm, { waitPerCpu, diskWait, nicWait, class: vmClass }]) => {
    const isPeer =
      !hasEmulated(vm) &&
      vm.now.disks.length + vm.now.nics.length > 0 &&
      diskWait === null &&
      nicWait === null
    return isPeer && waitPerCpu !== null && vmClass !== 'idle' && vmClass !== 'unknown' ? [waitPerCpu] : []
  })
  if (costs.length < fewestPeers) return undefined
  return { low: quantile(costs, 0.25), high: quantile(costs, 0.75), vms: costs.length }
}

/** null if the VM has no emulated disk or NIC, or its wait is not measured. */
export function savingOf(vm: ObservedVm, figures: VmFigures, residual: Residual | undefined): Saving | null {
  const { wait, diskWait, nicWait, cpu } = figures
  if (wait === null || cpu === null || !hasEmulated(vm)) return null
  const isByDevice = diskWait !== null || nicWait !== null
  const emulated = isByDevice ? Math.min((diskWait ?? 0) + (nicWait ?? 0), wait) : wait
  if (residual === undefined) {
    return { low: emulated * leastSaved, high: emulated * (1 - thesisRemainder), basis: 'thesis', isByDevice }
  }
  const saved = (remaining: number) => Math.min(emulated, Math.max(0, wait - remaining * cpu.mean))
  return { low: saved(residual.high), high: saved(residual.low), basis: 'peers', isByDevice }
}
