// The PCI devices of the host that a running domain has, by its XML as libvirt prints it, and the XML by which it gets one.
import { type PciAddress, vfioDriver } from '../pci/device.ts'
import type { Element } from './xml.ts'

export interface PciHostDevice {
  /** Such as `0000:01:00.0`. */
  readonly address: string
  readonly alias: string
}

export function pciHostDevices(domain: Element): PciHostDevice[] {
  return (domain.first('devices')?.all('hostdev') ?? []).flatMap((device) => {
    const address = device.first('source')?.first('address')?.attributes
    const [pciDomain, bus, slot, fn] = ['domain', 'bus', 'slot', 'function'].map((name) =>
      Number(address?.get(name) ?? Number.NaN),
    )
    if (device.attributes.get('type') !== 'pci' || ![pciDomain, bus, slot, fn].every(Number.isSafeInteger))
      return []
    const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')
    return [
      {
        address: `${hex(pciDomain!, 4)}:${hex(bus!, 2)}:${hex(slot!, 2)}.${fn}`,
        alias: device.first('alias')?.attributes.get('name') ?? '',
      },
    ]
  })
}

/** KiB; NaN if libvirt does not print it in KiB. */
export interface DomainMemory {
  readonly all: number
  /** What the balloon leaves to the guest. */
  readonly current: number
}

export function domainMemory(domain: Element): DomainMemory {
  const kib = (name: string): number => {
    const element = domain.first(name)
    return element?.attributes.get('unit') === 'KiB' ? Number(element.text) : Number.NaN
  }
  return { all: kib('memory'), current: kib('currentMemory') }
}

/** `driver`: which one has the device now. What the host has set aside for VMs already, libvirt leaves so afterwards. */
export function hostDeviceXml(
  { domain, bus, slot, function: fn }: PciAddress,
  driver: string | null,
): string {
  const address = `<address domain='0x${domain}' bus='0x${bus}' slot='0x${slot}' function='0x${fn}'/>`
  const managed = driver === vfioDriver ? 'no' : 'yes'
  return `<hostdev mode='subsystem' type='pci' managed='${managed}'><source>${address}</source></hostdev>`
}
