// Makes an emulated network interface of a VM virtio at its next start (thesis, 6.1).
import { isEmulatedNicModel } from '../../model/emulated.ts'
import { virtioNic as edit } from '../definition/virtio.ts'
import type { Action } from './action.ts'
import { type DeviceAction, planDeviceChange } from './device-change.ts'
import { findNic } from './find-nic.ts'
import { virtioProof } from './virtio-proof.ts'

const change: DeviceAction = {
  action: 'virtio-nic',
  // A guest without the driver has no network.
  risk: 'medium',
  measurement: {
    design: 'before-after',
    metric: 'userspace-per-packet',
    text: 'judged by the userspace exits for each packet of the network interfaces, before and after the restart',
  },
  next: 'virtio',
  candidates: ({ nics }) =>
    nics
      .filter(({ model }) => isEmulatedNicModel(model))
      .map(({ device, target, model }) => ({ device, target, now: model })),
  find: findNic,
  edit,
  // A test disk says nothing about the driver of network interfaces, which is another one.
  proof: (input) =>
    virtioProof(input, 'virtio network interfaces', ({ drivers }) =>
      drivers.some(({ vendor, device }) => vendor === '1af4' && (device === '1000' || device === '1041')),
    ),
}

export const virtioNic: Action = {
  names: [change.action],
  plan: (input) => planDeviceChange(input, change),
}
