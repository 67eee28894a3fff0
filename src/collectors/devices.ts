// Collector `devices`: the disks and network interfaces of each VM, and the devices of the host that it uses.
import { diskInfo, hostDeviceInfo, nicInfo } from '../metrics/vm.ts'
import type { Collector } from './collector.ts'
import { labelled } from './vm-labels.ts'

export const devicesCollector: Collector = {
  name: 'devices',
  description:
    'disks (bus, cache, format), network interfaces (model, vhost) and passed-through devices of each VM',
  enabledByDefault: true,
  metrics: [diskInfo, nicInfo, hostDeviceInfo],
  collect(snapshot, sink) {
    const vms = labelled(snapshot.vmDevices().value)
    sink.family(diskInfo)
    for (const { vm, labels } of vms) {
      vm.disks.forEach((disk, index) => {
        sink.sample(labels.disk(index).render(disk), 1)
      })
    }
    sink.family(nicInfo)
    for (const { vm, labels } of vms) {
      vm.nics.forEach((nic, index) => {
        sink.sample(labels.nic(index).render(nic), 1)
      })
    }
    sink.family(hostDeviceInfo)
    for (const { vm, labels } of vms) {
      vm.hostDevices.forEach((device, index) => {
        sink.sample(labels.hostDevice(index).render(device), 1)
      })
    }
  },
}
