// A PCI device of the host, as sysfs shows it.
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'

/** What the kernel calls a device that is set aside for programs such as QEMU. */
export const vfioDriver = 'vfio-pci'

/** The parts of an address such as `0000:01:00.0`, hexadecimal. */
export interface PciAddress {
  readonly domain: string
  readonly bus: string
  readonly slot: string
  readonly function: string
}

/** undefined if the text is no address as the kernel writes it. */
export function parsePciAddress(text: string): PciAddress | undefined {
  const [, domain, bus, slot, fn] = /^([0-9a-f]{4}):([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$/.exec(text) ?? []
  return domain === undefined ? undefined : { domain, bus: bus!, slot: slot!, function: fn! }
}

export const pciDirectory = (sysfs: string, address: string): string =>
  join(sysfs, 'bus/pci/devices', address)

/** undefined if no driver has the device, or there is no device. */
export const pciDriver = (directory: string): string | undefined => linkName(join(directory, 'driver'))

/** Such as `0x020000` for an Ethernet controller; '' if there is no device. */
export const pciClass = (directory: string): string => textOf(join(directory, 'class'))

export const isBridge = (directory: string): boolean => pciClass(directory).startsWith('0x06')

/** What the IOMMU cannot tell apart. undefined if it does not know the device. */
export interface IommuGroup {
  readonly name: string
  /** The addresses of its other devices. */
  readonly others: readonly string[]
}

export function iommuGroup(directory: string): IommuGroup | undefined {
  const name = linkName(join(directory, 'iommu_group'))
  if (name === undefined) return undefined
  const own = basename(directory)
  return { name, others: namesIn(join(directory, 'iommu_group/devices')).filter((other) => other !== own) }
}

/** For a person; without a group, what to do. */
export const groupText = (group: IommuGroup | undefined): string =>
  group === undefined
    ? 'the device is in no group; boot with intel_iommu=on, or with the IOMMU of AMD on'
    : `the device is in group ${group.name}`

/** The virtual functions (SR-IOV) of a device: how many it can have, how many it has, and their addresses. */
export interface VirtualFunctions {
  readonly most: number
  readonly count: number
  readonly addresses: readonly string[]
}

/** undefined if the device cannot have any. */
export function virtualFunctions(directory: string): VirtualFunctions | undefined {
  const most = Number(textOf(join(directory, 'sriov_totalvfs')))
  if (!(most > 0)) return undefined
  const addresses = namesIn(directory)
    .filter((name) => /^virtfn\d+$/.test(name))
    .flatMap((name) => linkName(join(directory, name)) ?? [])
    .sort()
  return { most, count: Number(textOf(join(directory, 'sriov_numvfs'))), addresses }
}

/** The last part of where a symbolic link leads; undefined without one. */
function linkName(path: string): string | undefined {
  try {
    return basename(readlinkSync(path))
  } catch {
    return undefined
  }
}

/** '' if it cannot be resolved. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return ''
  }
}

/** Empty without the folder. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

/** Without the blanks around it; '' if it cannot be read. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
