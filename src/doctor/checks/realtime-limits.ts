// The limit of the host for real-time tasks, which vCPU threads of tiers 2 to 4 are.
import { readRealtimeRuntimeUs } from '../../sources/realtime-limit.ts'
import type { HostCheck } from '../check.ts'

export const realtimeLimits: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'realtime-limits',
  description: 'real-time tasks may run, and leave a part of each CPU to others',
  source: 'thesis 4.2; https://docs.kernel.org/scheduler/sched-rt-group.html',
  examine(host) {
    const runtimeUs = readRealtimeRuntimeUs(host.places.procfs)
    const fix = ['sysctl -w kernel.sched_rt_runtime_us=950000']
    if (runtimeUs === 0)
      return [
        {
          severity: 'warning',
          what: 'real-time tasks may not run at all (sched_rt_runtime_us is 0)',
          why: 'A vCPU thread with a real-time policy would stand still.',
          fix,
        },
      ]
    if (runtimeUs !== -1) return []
    return [
      {
        severity: 'notice',
        what: 'real-time tasks have no limit (sched_rt_runtime_us is -1)',
        why: 'Before Linux 6.12, a vCPU with a real-time policy that never idles keeps everything else from its CPU, also the kernel threads.',
        fix,
      },
    ]
  },
}
