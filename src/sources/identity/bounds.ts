// Bounds what is shown of processes that only their own command lines call VMs. Any user can start such processes, so they
// share one budget; the VMs that libvirt or KVM confirms are shown whole.
import type { Description } from './description.ts'

/** As many VMs as the largest hosts have, if nothing on the host can confirm any. */
export const maxUnconfirmedVms = 4_096
/**
 * The characters that the series of their names may have, and those of their devices. 4,096 VMs with usual names and five
 * devices each have less than half of either. Two bounds, so that devices never cost another VM its name.
 */
const maxUnconfirmedCharacters = 8 * 1024 * 1024

/** The series that each VM has besides those of its devices and vCPUs, and the characters of a series besides labels. */
const seriesPerVm = 40
const seriesCharacters = 60

export interface Bounded {
  readonly pid: number
  readonly startNs: number
  readonly label: string
  readonly description: Description
}

export interface Excess {
  /** By pid: VMs to leave out. */
  readonly vms: ReadonlySet<number>
  /** By pid: VMs to show without devices. */
  readonly devices: ReadonlySet<number>
}

/** Which of the unconfirmed VMs go beyond the budget. The oldest come first, so a new process never costs an old one. */
export function excessOf(unconfirmed: readonly Bounded[]): Excess {
  const vms = new Set<number>()
  const devices = new Set<number>()
  let ofNames = 0
  let ofDevices = 0
  let count = 0
  for (const vm of unconfirmed.toSorted((a, b) => a.startNs - b.startNs || a.pid - b.pid)) {
    const own = seriesPerVm * vm.label.length
    if (count === maxUnconfirmedVms || ofNames + own > maxUnconfirmedCharacters) {
      vms.add(vm.pid)
      continue
    }
    count++
    ofNames += own
    const more = charactersOf(vm)
    if (ofDevices + more > maxUnconfirmedCharacters) devices.add(vm.pid)
    else ofDevices += more
  }
  return { vms, devices }
}

function charactersOf({ label, description: { disks, nics, hostDevices } }: Bounded): number {
  let sum = (disks.length + nics.length + hostDevices.length) * (label.length + seriesCharacters)
  for (const { device, bus, cache = '', format = '' } of disks)
    sum += device.length + bus.length + cache.length + format.length
  for (const { device, model } of nics) sum += device.length + model.length
  for (const { device, driver, address } of hostDevices) sum += device.length + driver.length + address.length
  return sum
}
