// Whether a device of the host can be given to a VM. Both processes of remediation ask this: the one that plans, and the one
// that does it.
import { join } from 'node:path'
import { type AvailableMemory, hostMemory } from '../meminfo/available.ts'
import type { HostPaths } from '../paths.ts'
import { readVmMemory } from '../process/read.ts'
import { WholeFile } from '../whole-file.ts'
import { blockDevices, blockUses } from './block-use.ts'
import {
  groupText,
  iommuGroup,
  isBridge,
  namesIn,
  pciClass,
  pciDirectory,
  pciDriver,
  textOf,
  vfioDriver,
  virtualFunctions,
} from './device.ts'

/** Something that must hold. */
export interface Condition {
  /** Such as `no VM has the device`. */
  readonly text: string
  readonly holds: boolean
  /** What was seen. */
  readonly seen: string
}

/** What the host says about the device. `inVm`: the addresses of the devices that the VM has already. */
export function assignable(device: string, inVm: readonly string[], paths: HostPaths): Condition[] {
  const directory = pciDirectory(paths.sysfs, device)
  return [kindOf(directory), ...groupOf(directory, inVm, paths.sysfs), unused(device, paths)]
}

function kindOf(directory: string): Condition {
  const functions = virtualFunctions(directory)?.count ?? 0
  return {
    text: 'the device is no bridge and has no virtual functions, which would go with it',
    holds: !isBridge(directory) && functions === 0,
    seen: `class ${pciClass(directory) || 'unknown'}, ${functions} virtual functions`,
  }
}

/** All devices of a group must leave the host together, because the IOMMU cannot tell them apart. */
function groupOf(directory: string, inVm: readonly string[], sysfs: string): Condition[] {
  const group = iommuGroup(directory)
  const staying = (group?.others ?? []).filter((name) => {
    const other = pciDirectory(sysfs, name)
    const driver = pciDriver(other)
    return !isBridge(other) && driver !== undefined && driver !== vfioDriver && !inVm.includes(name)
  })
  return [
    {
      text: 'the host has an IOMMU that isolates the device',
      holds: group !== undefined,
      seen: groupText(group),
    },
    {
      text: 'the host uses no other device of the group',
      holds: staying.length === 0,
      seen:
        staying.length === 0
          ? `${group?.others.length ?? 0} others, none in use`
          : `in use: ${staying.join(', ')}`,
    },
  ]
}

function unused(device: string, paths: HostPaths): Condition {
  const uses = deviceUses(device, paths)
  return {
    text: 'the host itself does not use the device',
    holds: uses.length === 0,
    seen: uses.length === 0 ? 'no interface is up, and no disk is in use' : uses.join('; '),
  }
}

/** What the host uses the device for; empty if nothing is known. */
export function deviceUses(device: string, paths: HostPaths): string[] {
  const directory = pciDirectory(paths.sysfs, device)
  const interfaces = namesIn(join(directory, 'net'))
  return [
    ...interfaces.filter((name) => isUp(join(directory, 'net', name))).map((name) => `${name} is up`),
    ...(isHiddenInterface(directory, interfaces)
      ? [
          `${pciDriver(directory)} has made an interface that cannot be seen from here, in another network namespace; take the device from the driver first: echo ${device} > ${directory}/driver/unbind`,
        ]
      : []),
    ...blockDevices(paths.sysfs, directory).flatMap((name) => blockUses(name, paths)),
    ...(textOf(join(directory, 'boot_vga')) === '1' ? ['it shows the console of the host'] : []),
  ]
}

const iffUp = 1

/** By the flag, because a link without a cable may get one; or if a bridge, a bond or a VLAN is above it. */
const isUp = (directory: string): boolean =>
  (Number(textOf(join(directory, 'flags'))) & iffUp) !== 0 ||
  namesIn(directory).some((name) => name.startsWith('upper_'))

/** sysfs shows only the interfaces of one network namespace: that of whoever has mounted it. */
function isHiddenInterface(directory: string, interfaces: readonly string[]): boolean {
  const driver = pciDriver(directory)
  const isNetwork = pciClass(directory).startsWith('0x02')
  return isNetwork && interfaces.length === 0 && driver !== undefined && driver !== vfioDriver
}

export interface LockedMemory extends AvailableMemory {
  /** What the VM will take in addition, bytes. */
  readonly missing: number
}

const pageBytes = 4096

/**
 * A device can write to all memory of its VM, so all of it is held in place, and pages that KSM has merged become pages of
 * their own. `bytes`: the memory of the VM. Throws a KvminfoError if the process has ended.
 */
export function lockedMemory(
  pid: number,
  bytes: number,
  { procfs, sysfs }: Pick<HostPaths, 'procfs' | 'sysfs'>,
): LockedMemory {
  const { residentBytes, hugetlbBytes } = readVmMemory(procfs, pid, new WholeFile())
  const merged = Number(textOf(join(sysfs, 'kernel/mm/ksm/pages_sharing'))) * pageBytes
  const missing = Math.max(0, bytes - residentBytes - hugetlbBytes) + Math.min(merged || 0, residentBytes)
  return { missing, ...hostMemory(procfs) }
}
