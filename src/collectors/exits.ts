// Collector `exits`: the four counters of each VM, and where its vCPUs spent time outside the guest.
import * as metrics from '../metrics/exits.ts'
import type { LabelBytes } from '../metrics/labels.ts'
import type { VmExits } from '../model/exits.ts'
import { secondsFromNs } from '../model/time.ts'
import type { Collector } from './collector.ts'
import { type Reading, writeReadings } from './readings.ts'
import { labelled } from './vm-labels.ts'

const readings: readonly Reading<VmExits>[] = [
  [metrics.ioExits, (exits) => exits.io],
  [metrics.exceptionExits, (exits) => exits.exceptions],
  [metrics.kernelSwitches, (exits) => exits.kernelSwitches],
  [metrics.userspaceSwitches, (exits) => exits.userspaceSwitches],
  [metrics.signalReturns, (exits) => exits.signalReturns],
  [metrics.kernelSeconds, (exits) => secondsFromNs(exits.kernelNs)],
  [metrics.haltSeconds, (exits) => secondsFromNs(exits.haltNs)],
  [metrics.userspaceWaitSeconds, (exits) => secondsFromNs(exits.userspaceNs)],
]

export const exitsCollector: Collector = {
  name: 'exits',
  description: 'where the exits of each VM ended, and the time spent in KVM, halted, and waiting for QEMU',
  enabledByDefault: true,
  metrics: readings.map(([metric]) => metric),
  collect(snapshot, sink) {
    const exitsByPid = snapshot.exits().value
    const counted: VmExits[] = []
    const labels: LabelBytes[] = []
    for (const { vm, labels: vmLabels } of labelled(snapshot.vms().value)) {
      const exits = exitsByPid.get(vm.pid)
      if (exits === undefined) continue
      counted.push(exits)
      labels.push(vmLabels.bytes)
    }
    writeReadings(readings, labels, counted, sink)
  },
}
