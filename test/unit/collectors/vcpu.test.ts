// Collector `vcpu`.
import { expect, test } from 'vitest'
import { vcpuCollector } from '../../../src/collectors/vcpu.ts'
import type { Task } from '../../../src/model/task.ts'
import { collected } from '../../helpers/collected.ts'
import { hostSnapshot, part, task, vm } from '../../helpers/host-snapshot.ts'

function snapshotOf(...tasks: readonly Task[]) {
  return hostSnapshot({
    vms: () => part([vm('a', 10, { vcpus: tasks.map(({ tid }, id) => ({ id, tid })) })]),
    vcpuTasks: () => part(new Map(tasks.map((one) => [one.tid, one]))),
  })
}

test('writes every figure of a thread with a fair policy', () => {
  const thread = task(10, 20, {
    nice: -5,
    cpu: 3,
    cpuNs: 1_500_000_000,
    runDelayNs: 250_000_000,
    voluntarySwitches: 7,
    involuntarySwitches: 8,
  })
  expect(collected(vcpuCollector, snapshotOf(thread))).toEqual([
    'kvminfo_vcpu_cpu_seconds_total{vm="a",vcpu="0"} 1.5',
    'kvminfo_vcpu_run_delay_seconds_total{vm="a",vcpu="0"} 0.25',
    'kvminfo_vcpu_voluntary_context_switches_total{vm="a",vcpu="0"} 7',
    'kvminfo_vcpu_involuntary_context_switches_total{vm="a",vcpu="0"} 8',
    'kvminfo_vcpu_nice{vm="a",vcpu="0"} -5',
    'kvminfo_vcpu_last_cpu{vm="a",vcpu="0"} 3',
    'kvminfo_vcpu_sched_info{vm="a",vcpu="0",policy="other"} 1',
  ])
})

test('a real-time thread has a priority and no nice value, and a deadline thread has neither', () => {
  const snapshot = snapshotOf(
    task(10, 20, { policy: 1, rtPriority: 99 }),
    task(10, 21, { policy: 2, rtPriority: 90, nice: -20 }),
    task(10, 22, { policy: 6 }),
    task(10, 23, { policy: 3, nice: 19 }),
  )
  const lines = collected(vcpuCollector, snapshot).filter((line) => /nice|priority|policy/.test(line))
  expect(lines).toEqual([
    'kvminfo_vcpu_nice{vm="a",vcpu="3"} 19',
    'kvminfo_vcpu_realtime_priority{vm="a",vcpu="0"} 99',
    'kvminfo_vcpu_realtime_priority{vm="a",vcpu="1"} 90',
    'kvminfo_vcpu_sched_info{vm="a",vcpu="0",policy="fifo"} 1',
    'kvminfo_vcpu_sched_info{vm="a",vcpu="1",policy="rr"} 1',
    'kvminfo_vcpu_sched_info{vm="a",vcpu="2",policy="deadline"} 1',
    'kvminfo_vcpu_sched_info{vm="a",vcpu="3",policy="batch"} 1',
  ])
})

test('shows a changed policy at the next scrape', () => {
  const policy = (thread: Task) => collected(vcpuCollector, snapshotOf(thread)).at(-1)
  expect(policy(task(10, 20, { policy: 0 }))).toContain('policy="other"')
  expect(policy(task(10, 20, { policy: 2 }))).toContain('policy="rr"')
  expect(policy(task(10, 20, { policy: 42 }))).toContain('policy="policy-42"')
})

test('leaves out a thread that ended and a run delay that is not counted', () => {
  const snapshot = hostSnapshot({
    vms: () =>
      part([
        vm('a', 10, {
          vcpus: [
            { id: 0, tid: 20 },
            { id: 1, tid: 21 },
          ],
        }),
      ]),
    vcpuTasks: () => part(new Map([[20, task(10, 20, { runDelayNs: undefined })]])),
  })
  const lines = collected(vcpuCollector, snapshot)
  expect(lines.filter((line) => line.includes('run_delay'))).toEqual([])
  expect(lines.filter((line) => line.includes('vcpu="1"'))).toEqual([])
  expect(lines).toHaveLength(6)
})
