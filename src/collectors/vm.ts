// Collector `vm`: which VMs run, since when, and with how many vCPUs.
import { vmInfo, vmOwner, vmStartTime, vmState, vmVcpus } from '../metrics/vm.ts'
import { secondsFromNs } from '../model/time.ts'
import type { Collector } from './collector.ts'
import { labelled } from './vm-labels.ts'

export const vmCollector: Collector = {
  name: 'vm',
  description: 'identity, state, owner, start time and number of vCPUs of each VM',
  enabledByDefault: true,
  metrics: [vmInfo, vmState, vmOwner, vmStartTime, vmVcpus],
  collect(snapshot, sink) {
    const vms = labelled(snapshot.vms().value)
    sink.family(vmInfo)
    for (const { vm, labels } of vms) {
      const { pid, uuid, machine, identitySource } = vm
      sink.sample(labels.info.render({ pid, uuid, machine, identitySource }), 1)
    }

    sink.family(vmState)
    for (const { vm, labels } of vms) {
      if (vm.state !== undefined) sink.sample(labels.state(vm.state), 1)
    }
    sink.family(vmOwner)
    for (const { vm, labels } of vms)
      if (vm.owner !== undefined) sink.sample(labels.owner.render(vm.owner), 1)

    const bootTime = snapshot.bootTime().value
    sink.family(vmStartTime)
    for (const { vm, labels } of vms) sink.sample(labels.bytes, bootTime + secondsFromNs(vm.startNs))

    sink.family(vmVcpus)
    for (const { vm, labels } of vms) if (vm.vcpus.length > 0) sink.sample(labels.bytes, vm.vcpus.length)
  },
}
