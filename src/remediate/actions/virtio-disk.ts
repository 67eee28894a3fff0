// Moves an emulated disk of a VM to virtio at its next start (thesis, 6.1).
import { isEmulatedDisk } from '../../model/emulated.ts'
import { devicesOf } from '../definition/edit.ts'
import { diskNames, virtioDisk as edit } from '../definition/virtio.ts'
import type { Action } from './action.ts'
import { attributeOf } from './definition-change.ts'
import { type DeviceAction, liveDevice, notInDefinition, planDeviceChange } from './device-change.ts'
import { virtioProof } from './virtio-proof.ts'

const change: DeviceAction = {
  action: 'virtio-disk',
  // A guest without the driver in its initramfs does not boot.
  risk: 'high',
  measurement: {
    design: 'before-after',
    metric: 'userspace-per-byte',
    text: 'judged by the userspace exits for each MiB that the disks read and write, before and after the restart',
  },
  next: 'virtio',
  candidates: ({ disks }) =>
    disks.filter(isEmulatedDisk).map(({ device, target, bus }) => ({ device, target, now: bus })),
  find(definition, live, device) {
    const running = liveDevice(live, 'disk', device)
    if (running === undefined) return `libvirt has no disk ${JSON.stringify(device)} in this domain`
    const name = attributeOf(running, 'target', 'dev')
    const isSame = (attribute: string, other: Parameters<typeof attributeOf>[0]) =>
      attributeOf(other, 'source', attribute) === attributeOf(running, 'source', attribute)
    const found = devicesOf(definition, 'disk').find((disk) => attributeOf(disk, 'target', 'dev') === name)
    return found !== undefined &&
      attributeOf(found, 'target', 'bus') === attributeOf(running, 'target', 'bus') &&
      ['file', 'dev', 'name', 'pool', 'volume'].every((attribute) => isSame(attribute, found))
      ? found
      : notInDefinition
  },
  edit(definition, disk) {
    const result = edit(definition, disk, diskNames(definition))
    return typeof result === 'string' ? result : result.edits
  },
  proof: (input, live) =>
    virtioProof(
      input,
      'virtio disks',
      ({ diskBuses, drivers }) =>
        diskBuses.includes('virtio') ||
        drivers.some(({ vendor, device }) => vendor === '1af4' && (device === '1001' || device === '1042')),
      live,
    ),
}

export const virtioDisk: Action = {
  names: [change.action],
  plan: (input) => planDeviceChange(input, change),
}
