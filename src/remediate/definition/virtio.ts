// What makes a disk or a network interface of a definition virtio, or its data path vhost. A string says why it cannot be
// done; the texts are for the person who asked.
import type { Element } from '../../sources/libvirt-status/xml.ts'
import { type Definition, devicesOf, type Edit, insertionAfter, removal, withAttributes } from './edit.ts'

const addressesOf = ({ xml }: Definition, device: Element): Edit[] =>
  device.all('address').map((address) => removal(xml, address))

/** What libvirt refuses for a virtio disk. */
const notOfVirtio = ['wwn', 'vendor', 'product', 'geometry']

/**
 * Gives the disk the bus virtio and the first free name `vd…`. The address goes, because it is one on the old bus; libvirt
 * gives a new one. Boot order, serial number, cache and everything else stay.
 */
export function virtioDisk(
  definition: Definition,
  disk: Element,
  taken: ReadonlySet<string>,
): { readonly edits: readonly Edit[]; readonly name: string } | string {
  const target = disk.first('target')
  if (target === undefined) return 'the disk has no target'
  const kind = disk.attributes.get('device') ?? 'disk'
  if (kind !== 'disk') return `it is a ${kind}, which cannot be virtio`
  const odd = notOfVirtio.find((name) => disk.first(name) !== undefined)
  if (odd !== undefined) return `it has a <${odd}>, which a virtio disk cannot have`
  const attribute = [...target.attributes.keys()].find((name) => !['dev', 'bus', 'tray'].includes(name))
  if (attribute !== undefined)
    return `its target has the attribute ${attribute}, which a virtio disk cannot have`
  const name = freeDiskName(taken)
  if (name === undefined) return 'there is no free name for a virtio disk'
  const change = withAttributes(definition, 'target', target, { dev: name, bus: 'virtio' })
  return { name, edits: [change, ...addressesOf(definition, disk)] }
}

/** The targets of all disks of the definition. */
export const diskNames = (definition: Definition): Set<string> =>
  new Set(devicesOf(definition, 'disk').map((disk) => disk.first('target')?.attributes.get('dev') ?? ''))

const letters = 'abcdefghijklmnopqrstuvwxyz'

/** `vda` to `vdz`: more disks have other problems. */
const freeDiskName = (taken: ReadonlySet<string>): string | undefined =>
  [...letters].map((letter) => `vd${letter}`).find((name) => !taken.has(name))

/** Gives the interface the model virtio. It keeps its MAC address, so that the guest can know it again. */
export function virtioNic(definition: Definition, nic: Element): readonly Edit[] | string {
  const model = nic.first('model')
  if (model === undefined) return 'the interface has no model'
  if (nic.first('rom')?.attributes.has('file') === true)
    return 'it has a boot ROM of its own, which is for the emulated model'
  return [withAttributes(definition, 'model', model, { type: 'virtio' }), ...addressesOf(definition, nic)]
}

/** Lets the kernel move the packets of a virtio interface, instead of QEMU. */
export function vhostNic(definition: Definition, nic: Element): readonly Edit[] | string {
  const type = nic.attributes.get('type') ?? ''
  if (!['bridge', 'network', 'direct', 'ethernet'].includes(type))
    return `it is of type ${type}, which vhost-net cannot serve`
  const driver = nic.first('driver')
  if (driver !== undefined) return [withAttributes(definition, 'driver', driver, { name: 'vhost' })]
  const model = nic.first('model')
  return model === undefined
    ? 'the interface has no model'
    : [insertionAfter(definition, model, "<driver name='vhost'/>")]
}
