// The PCI device of the host that an action is about.
import { existsSync } from 'node:fs'
import { parsePciAddress, pciDirectory } from '../../sources/pci/device.ts'
import type { PlanInput, Refusal } from './action.ts'

export interface HostPciDevice {
  readonly device: string
  /** Of sysfs. */
  readonly directory: string
}

export function hostPciDevice({ device, sysfs }: PlanInput): HostPciDevice | Refusal {
  if (device === undefined || parsePciAddress(device) === undefined)
    return { refused: 'name the PCI device of the host, such as 0000:01:00.0' }
  const directory = pciDirectory(sysfs, device)
  return existsSync(directory) ? { device, directory } : { refused: `the host has no PCI device ${device}` }
}
