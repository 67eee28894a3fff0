// Whether a PCI device, such as a virtio disk, can be plugged into a running domain, by its XML as libvirt prints it.
import type { Element } from './xml.ts'

/** Buses with a place for a device in each of the slots 1 to 31. */
const slotted = ['pci-root', 'pci-bridge', 'pcie-to-pci-bridge']
/** Buses with a place for one device, which the guest can be told of. */
const ports = ['pcie-root-port', 'pcie-switch-downstream-port']

/** Why not; undefined if it can. */
export function whyNoHotPlug(domain: Element): string | undefined {
  const type = domain.first('os')?.first('type')
  if (type?.attributes.get('arch') !== 'x86_64') return 'this is only tried on x86_64'
  if (domain.first('features')?.first('acpi') === undefined)
    return 'the VM has no ACPI, by which its guest would hear of a new device'
  const devices = domain.first('devices')
  const used = new Map<number, Set<number>>()
  for (const [, device] of devices?.children() ?? [])
    for (const address of device.all('address'))
      if (address.attributes.get('type') === 'pci') {
        const [bus, slot] = ['bus', 'slot'].map((name) => Number(address.attributes.get(name)))
        used.set(bus!, (used.get(bus!) ?? new Set()).add(slot!))
      }
  const hasPlace = (devices?.all('controller') ?? []).some((controller) => {
    const { attributes } = controller
    const model = attributes.get('model') ?? ''
    const slots = used.get(Number(attributes.get('index')))?.size ?? 0
    if (attributes.get('type') !== 'pci') return false
    if (slotted.includes(model)) return slots < 31
    return (
      ports.includes(model) && slots === 0 && controller.first('target')?.attributes.get('hotplug') !== 'off'
    )
  })
  return hasPlace ? undefined : 'the VM has no free PCI slot or port'
}

const letters = 'abcdefghijklmnopqrstuvwxyz'

/** A name that no disk of the domain has, far from those that people give: `vdz`, `vdy`, … */
export function freeDiskName(domain: Element): string | undefined {
  const taken = domain
    .first('devices')
    ?.all('disk')
    .map((disk) => disk.first('target')?.attributes.get('dev'))
  return [...letters]
    .reverse()
    .map((letter) => `vd${letter}`)
    .find((name) => taken?.includes(name) !== true)
}
