// Scheduling: tiers, run delay, real-time density.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { at, frame } from './frame.ts'
import { uids } from './links.ts'
import * as host from './panels/host.ts'
import * as scheduling from './panels/scheduling.ts'
import * as tiers from './panels/tiers.ts'

export const schedulingDashboard = (): Dashboard =>
  frame({
    uid: uids.scheduling,
    title: 'Scheduling',
    description: 'Which VMs have precedence on the CPUs, what they gain, and what it costs the others.',
    from: 'now-6h',
    rows: {
      'Waiting for a CPU': [
        at(8, 9, scheduling.vmsByRunDelay()),
        at(8, 9, scheduling.hostRunDelay()),
        at(8, 9, tiers.delayByPolicy()),
      ],
      'Tiers and real time': [
        at(8, 9, tiers.vcpusByTier()),
        at(8, 9, tiers.vcpusByPolicy()),
        at(8, 9, tiers.realtimeDensity()),
        at(24, 10, scheduling.vcpusTable()),
      ],
      CPUs: [
        at(12, 8, tiers.overcommit()),
        at(12, 8, host.pressure()),
        at(12, 8, tiers.preempted()),
        at(12, 8, tiers.moving()),
      ],
    },
  })
