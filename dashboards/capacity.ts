// Capacity planning: what more fits, for how long, and which VMs are the wrong size.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { at, frame } from './frame.ts'
import { uids } from './links.ts'
import * as capacity from './panels/capacity.ts'
import * as host from './panels/host.ts'
import * as memory from './panels/host-memory.ts'
import * as hugepages from './panels/hugepages.ts'
import * as tiers from './panels/tiers.ts'

export const capacityDashboard = (): Dashboard =>
  frame({
    uid: uids.capacity,
    title: 'Capacity planning',
    description: 'What more fits on each host and for how long, and VMs that are too big or too small.',
    // Long enough for a weekday's peak and a trend; everything here is over the range shown.
    from: 'now-7d',
    rows: {
      Hosts: [
        at(24, 8, capacity.whatMoreFits()),
        at(12, 8, capacity.daysLeft()),
        at(12, 8, capacity.unused()),
      ],
      VMs: [
        at(8, 4, capacity.tooSmallStat()),
        at(8, 4, capacity.tooBigStat()),
        at(8, 4, capacity.tooMuchMemoryStat()),
        at(24, 11, capacity.vmSizes()),
      ],
      Trend: [
        at(12, 8, host.cpuBusyGraph()),
        at(12, 8, memory.availableGraph()),
        at(8, 8, tiers.overcommit()),
        at(8, 8, tiers.realtimeDensity()),
        at(8, 8, hugepages.poolFreeShare()),
      ],
    },
  })
