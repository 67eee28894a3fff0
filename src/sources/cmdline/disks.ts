// The disks that a QEMU command line gives to its guest: -drive and its short forms (-hda, an image without an option),
// and -device with -blockdev or -drive if=none. CD-ROM and floppy drives are left out: they carry no load, and they are
// emulated even in VMs that use virtio for everything else.
import { isEmulatedScsiController } from '../../model/emulated.ts'
import type { Disk } from '../../model/vm.ts'
import { decimal } from '../decimal.ts'
import type { Arguments } from './arguments.ts'
import { BlockNodes } from './block-nodes.ts'
import type { Board } from './board.ts'
import { boardDisks } from './board-disks.ts'
import { isOfLibvirt } from './emulator.ts'
import { type Option, parseBoolean } from './option.ts'

export function disksOf(given: Arguments, board: Board): Disk[] {
  const nodes = new BlockNodes(given)
  const isManaged = isOfLibvirt(given)
  const controllers = new Controllers(board)
  const disks: Disk[] = []
  for (const device of given.devices()) {
    given.budget.spend(1)
    controllers.add(device)
    const node = nodes.of(device)
    const isCdrom = node?.get('media') === 'cdrom' || (isManaged && isCdromOfLibvirt(device, node))
    const place = placeOf(device, isCdrom, controllers)
    if (place === undefined) continue
    disks.push({
      device: device.get('id') ?? device.get('drive') ?? device.get('chardev') ?? device.get('driver')!,
      ...place,
      cache: nodes.cache(node, device),
      format: node === undefined ? undefined : nodes.format(node),
    })
  }
  return [...disks, ...boardDisks(given, board, nodes)]
}

/**
 * libvirt 9.0 gives a CD-ROM drive on USB to QEMU as a disk that is only readable and not removable, which is how its
 * status file and its command line come to differ.
 */
const isCdromOfLibvirt = (device: Option, node: Option | undefined): boolean =>
  device.get('driver') === 'usb-storage' &&
  parseBoolean(node?.get('read-only')) === true &&
  parseBoolean(device.get('removable')) === false

type Place = Pick<Disk, 'bus' | 'channel' | 'emulated'>

/** Where a disk device is connected; undefined if the device is not a disk. */
function placeOf(device: Option, isCdrom: boolean, controllers: Controllers): Place | undefined {
  const driver = device.get('driver') ?? ''
  if (/^(virtio|vhost-user)-blk(-|$)/.test(driver)) return { bus: 'virtio' }
  // A namespace is a disk; its controller is one only if it has a `drive` itself.
  if (driver === 'nvme-ns' || (driver === 'nvme' && device.get('drive') !== undefined)) return { bus: 'nvme' }
  if (/^(sd-card(-spi)?|emmc)$/.test(driver)) return { bus: 'sd' }
  if (driver === 'ufs-lu') return { bus: 'ufs' }
  // Since 8.1, QEMU with KVM can also run guests of Xen.
  if (driver === 'xen-disk') return { bus: 'xen' }
  // These become a CD-ROM drive if their -drive says so.
  if (driver === 'usb-storage') return isCdrom ? undefined : { bus: 'usb' }
  if (/^scsi-(hd|block|generic)$/.test(driver) || (driver === 'scsi-disk' && !isCdrom))
    return scsiPlace(controllers.scsi(device))
  if (driver !== 'ide-hd' && driver !== 'ide-cf' && (driver !== 'ide-drive' || isCdrom)) return undefined
  if (controllers.isAhci(device)) return { bus: 'sata' }
  // The channels of the board's own controller are the buses ide.0 and ide.1.
  const channel = decimal(/^ide\.(\d)$/.exec(device.get('bus') ?? '')?.[1])
  return channel === undefined ? { bus: 'ide' } : { bus: 'ide', channel }
}

function scsiPlace(controller: string | undefined): Place {
  if (controller === 'usb-bot' || controller === 'usb-uas') return { bus: 'usb' }
  return controller !== undefined && isEmulatedScsiController(controller)
    ? { bus: 'scsi', emulated: true }
    : { bus: 'scsi' }
}

const scsiController =
  /^(virtio-scsi|vhost-scsi|vhost-user-scsi)(-|$)|^(lsi|megasas|mptsas|pvscsi|am53c974|dc390|esp|spapr-vscsi|usb-bot$|usb-uas$)/

/** The buses of a controller for IDE or SATA; 0 for another device. */
function ideBusesOf(driver: string): number {
  if (isAhci(driver)) return 6
  return /^(piix[34]|cmd646|via|sii3112)(-ide)?$/.test(driver) ? 2 : driver === 'isa-ide' ? 1 : 0
}

/** Devices with a SCSI bus of their own, on which no other device of the command line can be. */
const ownScsiBus = /^(usb-storage|ufs-lu)$/

/** The controllers on a command line so far: QEMU creates devices in its order, and a controller before its disks. */
class Controllers {
  readonly #drivers = new Map<string, string>()
  /** By bus: the drivers of controllers without an id. QEMU numbers their buses (bus.c, qbus_init_internal): `scsi.0`. */
  readonly #unnamed = new Map<string, string>()
  #unnamedScsi = 0
  #unnamedIde: number
  #lastScsi: string | undefined
  #lastIde: string | undefined
  readonly #board: Board

  constructor(board: Board) {
    this.#board = board
    this.#unnamedIde = board.ideBuses
  }

  add(device: Option): void {
    const driver = device.get('driver')
    if (driver === undefined) return
    const id = device.get('id')
    const isScsi = scsiController.test(driver)
    const ideBuses = ideBusesOf(driver)
    if (id !== undefined) this.#drivers.set(id, driver)
    else {
      if (isScsi || ownScsiBus.test(driver)) this.#unnamed.set(`scsi.${this.#unnamedScsi++}`, driver)
      for (let bus = 0; bus < ideBuses; bus++) this.#unnamed.set(`ide.${this.#unnamedIde++}`, driver)
    }
    if (isScsi) this.#lastScsi = driver
    if (ideBuses > 0) this.#lastIde = driver
  }

  /** The driver of the controller that `bus` names; without it, QEMU takes the one created last. undefined if unknown. */
  scsi(device: Option): string | undefined {
    const bus = device.get('bus')
    return bus === undefined ? this.#lastScsi : this.#named(bus)
  }

  /** Disks of an AHCI controller are ide-hd too. The built-in controller of q35, named `ide`, is one. */
  isAhci(device: Option): boolean {
    const bus = device.get('bus')
    const driver = bus === undefined ? this.#lastIde : this.#named(bus)
    if (driver !== undefined) return isAhci(driver)
    return this.#board.isQ35 && (bus === undefined || controllerIn(bus) === 'ide')
  }

  #named(bus: string): string | undefined {
    return this.#drivers.get(controllerIn(bus)) ?? this.#unnamed.get(bus)
  }
}

const isAhci = (driver: string): boolean => driver.includes('ahci')

/** `scsi0` in `scsi0.0`: QEMU names the bus of a controller by its id and a number. An id may have dots. */
const controllerIn = (bus: string): string => (bus.includes('.') ? bus.slice(0, bus.lastIndexOf('.')) : bus)
