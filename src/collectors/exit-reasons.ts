// Collector `exit_reasons`: each VM's exits by reason. Apart from `exits`, so that a host with thousands of VMs
// can do without its series.
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
      // forEach, as for-of makes an array of each of the ten entries of each VM.
      exitsByPid.get(vm.pid)?.reasons.forEach((count, reason) => {
        sink.sample(labels.reason(reason), count)
      })
    }
  },
}
