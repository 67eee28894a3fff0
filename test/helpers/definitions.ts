// Definitions as libvirt 9.0 prints them with `virsh dumpxml --inactive` (test/fixtures/definitions).
import { readFileSync } from 'node:fs'

const read = (name: string): string =>
  readFileSync(new URL(`../fixtures/definitions/${name}.xml`, import.meta.url), 'utf8')

/** i440fx; an IDE disk with boot order, serial and cache, a CD-ROM drive, an e1000 and a virtio interface, VNC. */
export const ideGuest = read('ide')
/** The same after libvirt has defined it with the IDE disk on virtio. */
export const ideGuestOnVirtio = read('ide-on-virtio')
/** q35 without a free port; a SATA disk. */
export const sataGuest = read('sata')
/** The same after libvirt has defined it with the SATA disk on virtio: it has added a port. */
export const sataGuestOnVirtio = read('sata-on-virtio')

export const uuidOf = (definition: string): string => /<uuid>(.*)<\/uuid>/.exec(definition)![1]!

/** With exactly one place replaced. */
export function changed(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`${JSON.stringify(from)} is not there exactly once`)
  return text.replace(from, () => to)
}
