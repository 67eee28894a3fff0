// Collector `vcpu_exits`: where the exits of each vCPU thread ended. Off by default, because the module counts them only if
// it was loaded for it.
import type { LabelBytes } from '../metrics/labels.ts'
import * as metrics from '../metrics/vcpu.ts'
import type { VcpuExits } from '../model/exits.ts'
import { secondsFromNs } from '../model/time.ts'
import type { Collector } from './collector.ts'
import { type Reading, writeReadings } from './readings.ts'
import { labelled } from './vm-labels.ts'

const readings: readonly Reading<VcpuExits>[] = [
  [metrics.vcpuExits, (exits) => exits.exits],
  [metrics.vcpuUserspaceSwitches, (exits) => exits.userspaceSwitches],
  [metrics.vcpuIoExits, (exits) => exits.io],
  [metrics.vcpuKernelSeconds, (exits) => secondsFromNs(exits.kernelNs)],
  [metrics.vcpuHaltSeconds, (exits) => secondsFromNs(exits.haltNs)],
  [metrics.vcpuUserspaceWaitSeconds, (exits) => secondsFromNs(exits.userspaceNs)],
]

export const vcpuExitsCollector: Collector = {
  name: 'vcpu_exits',
  description:
    'exits and times of each vCPU thread (six series per vCPU); needs the kvminfo module with vcpus=1',
  enabledByDefault: false,
  metrics: readings.map(([metric]) => metric),
  collect(snapshot, sink) {
    const exitsByTid = snapshot.vcpuExits().value
    const counted: VcpuExits[] = []
    const labels: LabelBytes[] = []
    for (const { vm, labels: vmLabels } of labelled(snapshot.vms().value)) {
      for (const { id, tid } of vm.vcpus) {
        const exits = exitsByTid.get(tid)
        if (exits === undefined) continue
        counted.push(exits)
        labels.push(vmLabels.vcpu(id).bytes)
      }
    }
    writeReadings(readings, labels, counted, sink)
  },
}
