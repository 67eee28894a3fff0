// The device that a machine with --iommu can give to a VM: an NVMe disk. Where it is, by the kernel and by libvirt.

import { readdirSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { virsh } from '../firmware/domain.ts'

const devices = '/sys/bus/pci/devices'

/** Its address: the only device that can have virtual functions. */
export function spareDevice(): string {
  const found = readdirSync(devices).find((name) =>
    readdirSync(`${devices}/${name}`).includes('sriov_numvfs'),
  )
  if (found === undefined) throw new Error('no device can have virtual functions; run the lab with --iommu')
  return found
}

export function driverOf(address: string): string | undefined {
  try {
    return basename(readlinkSync(`${devices}/${address}/driver`))
  } catch {
    return undefined
  }
}

/** Whether the XML of the running VM has the device. */
export function isInVm(vm: string, address: string): boolean {
  const [, bus, slot, fn] = /^0000:(..):(..)\.(.)$/.exec(address)!
  const source = `<address domain='0x0000' bus='0x${bus}' slot='0x${slot}' function='0x${fn}'/>`
  return new RegExp(`<source>\\s*${source}`).test(virsh('dumpxml', '--', vm))
}

/** The addresses of its virtual functions. */
export function virtualFunctions(address: string): string[] {
  return readdirSync(`${devices}/${address}`)
    .filter((name) => name.startsWith('virtfn'))
    .map((name) => basename(readlinkSync(`${devices}/${address}/${name}`)))
    .sort()
}
