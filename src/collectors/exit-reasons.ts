// Collector `exit_reasons`: each VM's exits by reason. Separate from `exits`, so that a host with thousands of VMs can
// leave these series out.
import { exitsByReason } from '../metrics/exits.ts'
import type { Collector } from './collector.ts'
import { labelled } from './vm-labels.ts'

export const exitReasonsCollector: Collector = {
  name: 'exit_reasons',
  description: 'exits of each VM by reason (about ten series per VM)',
  enabledByDefault: true,
  metrics: [exitsByReason],
  collect(snapshot, sink) {
    const exitsByPid = snapshot.exits().value
    sink.family(exitsByReason)
    for (const { vm, labels } of labelled(snapshot.vms().value)) {
      // Not for-of, which would make an array for each of the ten entries of each VM.
      exitsByPid.get(vm.pid)?.reasons.forEach((count, reason) => {
        sink.sample(labels.reason(reason), count)
      })
    }
  },
}
