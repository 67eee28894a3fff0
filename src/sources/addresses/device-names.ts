// Names the device of a VM that answers at a port or memory page: by the PC's fixed addresses, by the PCI regions that QEMU
// reports, and otherwise by the address itself. A disk or a network interface has the name that it has in
// kvminfo_vm_disk_info and kvminfo_vm_nic_info, so that metrics can be joined.
import { isEmulatedDisk, nicModel } from '../../model/emulated.ts'
import type { Disk, Vm } from '../../model/vm.ts'
import { safeName } from '../identity/label.ts'
import { pageAddress, pageOf, portAddress } from '../kvminfo/row.ts'
import type { PciDevice, PciRegion } from '../qmp/pci-device.ts'
import { fixedDevice, ideChannels, isQ35Configuration } from './fixed.ts'

type Devices = Pick<Vm, 'machine' | 'disks' | 'nics'>

interface NamedRange {
  /** Of `portAddress` or `pageAddress`. */
  readonly first: number
  readonly last: number
  readonly name: string
}

export class DeviceNames {
  /** Disks that are alone on their IDE channel, by the name of the channel. */
  readonly #onChannel: ReadonlyMap<string, string>
  readonly #ranges: readonly NamedRange[]
  readonly #isQ35: boolean
  readonly #known = new Map<number, string | undefined>()

  constructor(vm: Devices, pci: readonly PciDevice[]) {
    this.#isQ35 = /q35/.test(vm.machine ?? '')
    this.#onChannel = disksOnChannels(vm.disks)
    const names = pciNames(vm, pci)
    this.#ranges = pci.flatMap((device) => rangesOf(device, names.get(device)!))
  }

  /** undefined if nothing but the address is known. */
  of(address: number): string | undefined {
    const known = this.#known.get(address)
    if (known !== undefined || this.#known.has(address)) return known
    const name = this.#find(address)
    if (this.#known.size === maxKnown) this.#known.clear()
    this.#known.set(address, name)
    return name
  }

  #find(address: number): string | undefined {
    const name =
      fixedDevice(address) ??
      this.#ranges.find(({ first, last }) => address >= first && address <= last)?.name ??
      (this.#isQ35 && isQ35Configuration(address) ? 'pci-config' : undefined)
    return name === undefined ? undefined : (this.#onChannel.get(name) ?? name)
  }
}

const pageBytes = 4096

/** The addresses of a VM change when its guest wants it. */
const maxKnown = 1_000

/** What the metrics call an address that no device is known for: `port 0x1234` or `mmio 0xfebc0000`. */
export function addressName(address: number): string {
  const page = pageOf(address)
  return page === undefined ? `port 0x${address.toString(16)}` : `mmio 0x${(page * pageBytes).toString(16)}`
}

/** An IDE disk whose channel is not known may be on either. */
function disksOnChannels(disks: readonly Disk[]): Map<string, string> {
  const ide = disks.filter(({ bus }) => bus === 'ide')
  if (ide.some(({ channel }) => channel === undefined)) return new Map()
  return new Map(
    ideChannels.flatMap((name, channel) => {
      const on = ide.filter((disk) => disk.channel === channel)
      return on.length === 1 ? [[name, on[0]!.device] as const] : []
    }),
  )
}

// PCI classes (linux/pci_ids.h).
const [ide, sata, vga] = [0x0101, 0x0106, 0x0300]

/** Vendor and device of the PCI devices behind a NIC model or a disk bus (hw/pci/pci_ids.h and hw/net of QEMU). */
const kinds: Readonly<Record<string, string>> = {
  '8086:100e': 'e1000',
  '8086:10d3': 'e1000e',
  '8086:10c9': 'igb',
  '8086:1209': 'i82551',
  '10ec:8139': 'rtl8139',
  '10ec:8029': 'ne2k_pci',
  '1022:2000': 'pcnet',
  '15ad:07b0': 'vmxnet3',
  '1af4:1000': 'virtio',
  '1af4:1041': 'virtio',
  '1af4:1001': 'virtio disk',
  '1af4:1042': 'virtio disk',
  '1b36:0010': 'nvme disk',
}

const hex = (number: number): string => number.toString(16).padStart(4, '0')

/**
 * A device with an id has that name, because disks and NICs have it too. One without an id has the name of the only disk or
 * NIC of its kind that no other device is; a SATA or SCSI controller that of its only disk.
 */
function pciNames(vm: Devices, pci: readonly PciDevice[]): Map<PciDevice, string> {
  const ids = new Set(pci.map(({ id }) => safeName(id)))
  const left = new Map<string, string[]>()
  const add = (kind: string, name: string) => {
    if (!ids.has(name)) left.set(kind, [...(left.get(kind) ?? []), name])
  }
  for (const { device, model } of vm.nics) add(nicModel(model), device)
  for (const { device, bus } of vm.disks) add(`${bus} disk`, device)
  const emulatedScsi = vm.disks.filter((disk) => disk.bus === 'scsi' && isEmulatedDisk(disk))
  const sataDisks = vm.disks.filter(({ bus }) => bus === 'sata')
  const unnamed = Map.groupBy(
    pci.filter(({ id }) => id === ''),
    ({ vendor, device }) => kinds[`${hex(vendor)}:${hex(device)}`],
  )
  const names = new Map<PciDevice, string>()
  const only = (devices: readonly PciDevice[], disks: readonly Disk[]) => {
    if (devices.length === 1 && disks.length === 1) names.set(devices[0]!, disks[0]!.device)
  }
  for (const device of pci) names.set(device, ownName(device))
  for (const [kind, devices] of unnamed) {
    const candidates = kind === undefined ? [] : (left.get(kind) ?? [])
    if (devices.length === 1 && candidates.length === 1) names.set(devices[0]!, candidates[0]!)
  }
  only(
    pci.filter(({ classCode }) => classCode === sata),
    sataDisks,
  )
  only(
    pci.filter((device) => device.classCode >> 8 === 1 && isEmulatedScsi(device)),
    emulatedScsi,
  )
  // The legacy ports of the VGA adapter have its fixed name.
  const adapter = pci.find(({ classCode }) => classCode === vga)
  if (adapter !== undefined) names.set(adapter, 'vga')
  return names
}

/** lsi53c895a and lsi53c810 (1000:0012, 1000:0001), mptsas1068, megasas, pvscsi, am53c974. */
const isEmulatedScsi = ({ vendor, device }: PciDevice): boolean =>
  /^1000:(0001|0012|0054|005b|0060)$|^15ad:07c0$|^1022:2020$/.test(`${hex(vendor)}:${hex(device)}`)

const ownName = ({ id, className, place }: PciDevice): string =>
  safeName(id === '' ? `${className ?? 'PCI device'} ${place}` : id)

function rangesOf(device: PciDevice, name: string): NamedRange[] {
  // The first half of the bus-master registers of an IDE controller is of the primary channel, the other of the secondary.
  if (device.classCode === ide) {
    return device.regions.flatMap((region) =>
      region.kind === 'memory'
        ? [rangeOf(region, name)]
        : ideChannels.map((channel, at) =>
            rangeOf(
              { ...region, address: region.address + (at * region.size) / 2, size: region.size / 2 },
              channel,
            ),
          ),
    )
  }
  return device.regions.map((region) => rangeOf(region, name))
}

function rangeOf({ kind, address, size }: PciRegion, name: string): NamedRange {
  const [first, last] = [address, address + size - 1]
  return kind === 'port'
    ? { first: portAddress(first), last: portAddress(last), name }
    : {
        first: pageAddress(Math.floor(first / pageBytes)),
        last: pageAddress(Math.floor(last / pageBytes)),
        name,
      }
}
