// Which devices QEMU emulates in user space: every access by the guest ends in a userspace exit. This is the only list:
// the label `emulated` of the metrics carries it to rules and dashboards. It follows QEMU's own list of devices
// (`qemu-system-<target> -device help`, 7.2 and the sources of other targets), which a test compares. virtio, vhost,
// vhost-user and VFIO devices are not emulated. libvirt's names of the same devices are included.
import type { Disk } from './vm.ts'

const buses = /^(ide|sata|fdc|usb|sd|nvme|ufs)$/

const scsiControllers =
  /^(lsi.*|mega.*|mptsas.*|lsisas.*|pvscsi|vmpvscsi|am53c974|dc390|buslogic|esp.*|ncr53c90|spapr-vscsi|ibmvscsi)$/

const nicModels =
  /^(e1000.*|i8255\d.*|i82562|i82801|igb|igbvf|ne2k_.*|pcnet|rtl8139|tulip|usb-net|vmxnet.*|rocker|pvrdma|spapr-vlan|ibmveth|sungem|sunhme|lan9118|lan78xx|smc91c111|lance|vlance|am79c9\d\d.*|8254.*|82574l|xgmac|dp83932|dp8393x|cadence_gem|ftgmac100|etsec|imx\..*|mipsnet|etraxfs-eth)$/i

/** Whether every disk on such a bus is emulated. A SCSI disk is if its controller is. */
export const isEmulatedBus = (bus: string): boolean => buses.test(bus)

export const isEmulatedDisk = ({ bus, emulated }: Pick<Disk, 'bus' | 'emulated'>): boolean =>
  emulated ?? isEmulatedBus(bus)

/** A driver of -device, or libvirt's model of a SCSI controller. */
export const isEmulatedScsiController = (driver: string): boolean => scsiControllers.test(driver)

/** `model` as `nicModel` gives it. */
export const isEmulatedNicModel = (model: string): boolean => nicModels.test(model)

/** The one name of a NIC's model, from QEMU's driver, an alias of it, or libvirt's model. */
export function nicModel(driver: string): string {
  if (/^virtio(-net(-.*)?|-transitional|-non-transitional)?$/.test(driver)) return 'virtio'
  if (driver === 'e1000-82540em') return 'e1000'
  return driver === 'ibmveth' ? 'spapr-vlan' : driver
}
