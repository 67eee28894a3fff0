// Collector `vm_memory`: the memory that each VM was given and the memory that it holds.
import { vmBalloonBytes, vmHugetlbBytes, vmMaxBytes, vmResidentBytes } from '../metrics/vm-memory.ts'
import type { Collector } from './collector.ts'
import { labelled } from './vm-labels.ts'

export const vmMemoryCollector: Collector = {
  name: 'vm_memory',
  description:
    'maximum memory of each VM, what its balloon leaves to the guest, and what it holds on the host',
  enabledByDefault: true,
  metrics: [vmResidentBytes, vmHugetlbBytes, vmMaxBytes, vmBalloonBytes],
  collect(snapshot, sink) {
    const vms = labelled(snapshot.vmAllotments().value)
    const memoryByPid = snapshot.vmMemory().value

    sink.family(vmResidentBytes)
    for (const { vm, labels } of vms) {
      const memory = memoryByPid.get(vm.pid)
      if (memory !== undefined) sink.sample(labels.bytes, memory.residentBytes)
    }
    sink.family(vmHugetlbBytes)
    for (const { vm, labels } of vms) {
      const memory = memoryByPid.get(vm.pid)
      if (memory !== undefined) sink.sample(labels.bytes, memory.hugetlbBytes)
    }
    sink.family(vmMaxBytes)
    for (const { vm, labels } of vms) {
      if (vm.memoryMaxBytes !== undefined) sink.sample(labels.bytes, vm.memoryMaxBytes)
    }
    sink.family(vmBalloonBytes)
    for (const { vm, labels } of vms) {
      if (vm.balloonBytes !== undefined) sink.sample(labels.bytes, vm.balloonBytes)
    }
  },
}
