// Collector `vcpu`: how the host schedules each vCPU thread.
import type { LabelBytes } from '../metrics/labels.ts'
import * as metrics from '../metrics/vcpu.ts'
import { isFairPolicy, isRealtimePolicy, policyName } from '../model/policy.ts'
import type { Task } from '../model/task.ts'
import { secondsFromNs } from '../model/time.ts'
import type { Collector } from './collector.ts'
import { type Reading, writeReadings } from './readings.ts'
import { labelled } from './vm-labels.ts'

const readings: readonly Reading<Task>[] = [
  [metrics.vcpuCpuSeconds, (task) => secondsFromNs(task.cpuNs)],
  [metrics.vcpuRunDelaySeconds, (task) => secondsFromNs(task.runDelayNs)],
  [metrics.vcpuVoluntarySwitches, (task) => task.voluntarySwitches],
  [metrics.vcpuInvoluntarySwitches, (task) => task.involuntarySwitches],
  [metrics.vcpuNice, (task) => (isFairPolicy(task.policy) ? task.nice : undefined)],
  [metrics.vcpuRealtimePriority, (task) => (isRealtimePolicy(task.policy) ? task.rtPriority : undefined)],
  [metrics.vcpuLastCpu, (task) => task.cpu],
]

export const vcpuCollector: Collector = {
  name: 'vcpu',
  description: 'CPU time, run delay, context switches, policy and priority of each vCPU thread',
  enabledByDefault: true,
  metrics: [...readings.map(([metric]) => metric), metrics.vcpuSchedInfo],
  collect(snapshot, sink) {
    const taskByTid = snapshot.vcpuTasks().value
    const tasks: Task[] = []
    const labels: LabelBytes[] = []
    const policies: LabelBytes[] = []
    for (const { vm, labels: vmLabels } of labelled(snapshot.vms().value)) {
      vm.vcpus.forEach(({ id, tid }) => {
        const task = taskByTid.get(tid)
        if (task === undefined) return
        const vcpuLabels = vmLabels.vcpu(id)
        tasks.push(task)
        labels.push(vcpuLabels.bytes)
        policies.push(vcpuLabels.withPolicy(policyName(task.policy)))
      })
    }
    writeReadings(readings, labels, tasks, sink)
    sink.family(metrics.vcpuSchedInfo)
    policies.forEach((policy) => {
      sink.sample(policy, 1)
    })
  },
}
