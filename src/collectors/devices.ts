// Collector `devices`: the disks and network interfaces of each VM.
import { diskInfo, nicInfo } from '../metrics/vm.ts'
import type { Collector } from './collector.ts'
import { labelled } from './vm-labels.ts'

export const devicesCollector: Collector = {
  name: 'devices',
  description: 'disks (bus, cache, format) and network interfaces (model, vhost) of each VM',
  enabledByDefault: true,
  metrics: [diskInfo, nicInfo],
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
  },
}
