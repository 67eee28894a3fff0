import type { Element } from './xml.ts'

/** Whether libvirt copies a disk of the domain, by its XML: a block job that a change of its disks would disturb. */
export const isDiskCopied = (domain: Element): boolean =>
  (domain.first('devices')?.all('disk') ?? []).some((disk) => disk.first('mirror') !== undefined)
