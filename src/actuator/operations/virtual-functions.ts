// How many virtual functions (SR-IOV) a PCI device of the host has. The kernel makes them from none, and removes all at once.
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import type { HostPaths } from '../../sources/paths.ts'
import { deviceUses } from '../../sources/pci/assignable.ts'
import {
  virtualFunctions as functionsOf,
  pciDirectory,
  pciDriver,
  vfioDriver,
} from '../../sources/pci/device.ts'
import type { VirtualFunctionsOperation } from '../protocol.ts'
import { readNumber, writeSlowValue } from './kernel-file.ts'
import type { OperationKit } from './operation.ts'

export function virtualFunctions(paths: HostPaths): OperationKit<VirtualFunctionsOperation> {
  const directory = (device: string): string => pciDirectory(paths.sysfs, device)
  const path = (device: string): string => join(directory(device), 'sriov_numvfs')

  /** The functions that a VM or the host uses, each with what for. */
  const uses = (device: string): string[] =>
    (functionsOf(directory(device))?.addresses ?? []).flatMap((address) =>
      pciDriver(directory(address)) === vfioDriver
        ? [`${address} is in a VM, or set aside for one`]
        : deviceUses(address, paths).map((use) => `${address}: ${use}`),
    )

  return {
    knob: ({ device }) => `virtual functions ${device.replaceAll(/[:.]/g, '-')}`,
    encode: String,
    decode: (text) => (/^\d{1,5}$/.test(text) ? Number(text) : undefined),
    problem: () => undefined,
    excess({ device, from, to }) {
      const most = functionsOf(directory(device))?.most ?? 0
      if (to === 0) return 'virtual functions are only removed to undo that they were made'
      if (from !== 0)
        return `the device has ${from} virtual functions already, and the kernel makes others only from none`
      if (to > most) return `the device can have ${most} virtual functions`
      return pciDriver(directory(device)) === vfioDriver
        ? 'the device is in a VM, or set aside for one'
        : undefined
    },
    needsLease: () => false,
    read: ({ device }) => readNumber(path(device)),
    async write({ device, to }) {
      // Removing a function takes it away from whoever uses it, and may not return before that one lets it go.
      const used = to === 0 ? uses(device) : []
      if (used.length > 0)
        throw new KvminfoError('CHANGE_FAILED', `virtual functions are in use: ${used.join('; ')}`)
      await writeSlowValue(path(device), to)
    },
  }
}
