// Collector `exit_reasons`: each VM's exits by reason, and the time that they took. Separate from `exits`, so that a host
// with thousands of VMs can leave these series out.
import * as metrics from '../metrics/exits.ts'
import { secondsFromNs } from '../model/time.ts'
import type { Collector } from './collector.ts'
import { labelled } from './vm-labels.ts'

export const exitReasonsCollector: Collector = {
  name: 'exit_reasons',
  description:
    "exits and times of each VM by reason, and by KVM's reason for user space (about 30 series per VM)",
  enabledByDefault: true,
  metrics: [
    metrics.exitsByReason,
    metrics.exitKernelSeconds,
    metrics.userspaceExitsByReason,
    metrics.userspaceExitWaitSeconds,
  ],
  collect(snapshot, sink) {
    const exitsByPid = snapshot.exits().value
    const vms = labelled(snapshot.vms().value)
    // forEach and not for-of, which would make an array for each of the ten entries of each VM.
    sink.family(metrics.exitsByReason)
    for (const { vm, labels } of vms) {
      exitsByPid.get(vm.pid)?.reasons.forEach((count, reason) => {
        sink.sample(labels.reason(reason), count)
      })
    }
    sink.family(metrics.exitKernelSeconds)
    for (const { vm, labels } of vms) {
      exitsByPid.get(vm.pid)?.reasonNs?.forEach((ns, reason) => {
        sink.sample(labels.reason(reason), secondsFromNs(ns))
      })
    }
    sink.family(metrics.userspaceExitsByReason)
    for (const { vm, labels } of vms) {
      exitsByPid.get(vm.pid)?.userspaceReasons?.forEach(({ count }, reason) => {
        sink.sample(labels.reason(reason), count)
      })
    }
    sink.family(metrics.userspaceExitWaitSeconds)
    for (const { vm, labels } of vms) {
      exitsByPid.get(vm.pid)?.userspaceReasons?.forEach(({ ns }, reason) => {
        if (ns !== undefined) sink.sample(labels.reason(reason), secondsFromNs(ns))
      })
    }
  },
}
