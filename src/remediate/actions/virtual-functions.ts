// Makes virtual functions (SR-IOV) of a device of the host, which VMs can get while the host keeps the rest of the device
// (thesis, 6.3). Always asks first.
import { join } from 'node:path'
import type { VirtualFunctionsOperation } from '../../actuator/protocol.ts'
import {
  virtualFunctions as functionsOf,
  groupText,
  iommuGroup,
  pciDriver,
  vfioDriver,
} from '../../sources/pci/device.ts'
import { type Action, noOwner, type Plan, type Refusal } from './action.ts'
import { hostPciDevice } from './host-pci-device.ts'

export const virtualFunctions: Action = {
  names: ['virtual-functions'],

  async plan(input): Promise<Plan | Refusal> {
    const { vm, policy, settings } = input
    if (vm !== undefined) return { refused: 'this concerns a device of the host, and the alert names a VM' }
    const named = hostPciDevice(input)
    if ('refused' in named) return named
    const { device, directory } = named
    const functions = functionsOf(directory)
    if (functions === undefined) return { refused: `${device} can have no virtual functions` }
    const { most, count } = functions
    if (count > 0)
      return {
        refused: `${device} has ${count} virtual functions already; the kernel makes others only from none`,
      }
    const asked = settings?.functions
    if (asked !== undefined && asked > most)
      return { refused: `${device} can have ${most} virtual functions, and not ${asked}` }
    const operation: VirtualFunctionsOperation = {
      ...{ kind: 'virtual-functions', device },
      ...{ from: 0, to: Math.min(policy.functions, most) },
    }
    const from = (await input.read(operation)) as number
    if (from !== 0) return { refused: 'the number of virtual functions has just changed; ask again' }
    const driver = pciDriver(directory)
    const path = join(directory, 'sriov_numvfs')
    return {
      action: 'virtual-functions',
      target: { vm: undefined, device },
      changes: [{ what: device, now: 'no virtual functions', next: `${operation.to} virtual functions` }],
      operations: [operation],
      takesEffect: 'live',
      isLeased: false,
      preconditions: [
        {
          text: 'the host has an IOMMU, without which no VM can get a virtual function',
          holds: iommuGroup(directory) !== undefined,
          seen: groupText(iommuGroup(directory)),
        },
        {
          text: 'a driver of the host has the device, and makes the functions',
          holds: driver !== undefined && driver !== vfioDriver,
          seen: driver ?? 'no driver',
        },
      ],
      risk: 'high',
      owner: noOwner,
      measurement: { design: 'none', metric: 'none', text: 'the counters of a VM cannot show it' },
      undo: 'all virtual functions of the device are removed; refused while a VM or the host uses one',
      notes: [
        'Some drivers reset the device when they make virtual functions, which interrupts what uses it for a moment.',
        'The functions last until the host is shut down.',
      ],
      commands: [`echo ${operation.to} > ${path}`],
      diff: undefined,
    }
  },
}
