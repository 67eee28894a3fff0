// Capacity planning: what else fits, when a host will be full, and which VMs are the wrong size.
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
    description: 'What else fits on each host, when it will be full, and which VMs are too big or too small.',
    // Long enough to contain the peak of every weekday and a trend. All panels use the time range.
    from: 'now-7d',
    rows: {
      Hosts: [
        at(24, 8, capacity.whatElseFits()),
        at(14, 8, capacity.daysLeft()),
        at(10, 8, capacity.unused()),
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
