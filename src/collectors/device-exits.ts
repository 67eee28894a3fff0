// Collector `device_exits`: the devices for whose emulation each VM leaves KVM, and the time that it waits for them.
import { deviceExits, deviceWaitSeconds } from '../metrics/exits.ts'
import { secondsFromNs } from '../model/time.ts'
import type { Collector } from './collector.ts'
import { labelled } from './vm-labels.ts'

export const deviceExitsCollector: Collector = {
  name: 'device_exits',
  description:
    'exits handed to QEMU by the device that the guest accessed (two series per device, at most 49 devices per VM)',
  enabledByDefault: true,
  metrics: [deviceExits, deviceWaitSeconds],
  collect(snapshot, sink) {
    const exitsByPid = snapshot.exits().value
    const vms = labelled(snapshot.vms().value)
    sink.family(deviceExits)
    for (const { vm, labels } of vms) {
      exitsByPid.get(vm.pid)?.devices?.forEach(({ count }, device) => {
        sink.sample(labels.device(device), count)
      })
    }
    sink.family(deviceWaitSeconds)
    for (const { vm, labels } of vms) {
      exitsByPid.get(vm.pid)?.devices?.forEach(({ ns }, device) => {
        if (ns !== undefined) sink.sample(labels.device(device), secondsFromNs(ns))
      })
    }
  },
}
