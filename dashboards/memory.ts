// Memory: huge pages, KSM, balloons, and the memory that the hosts have left.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { at, frame } from './frame.ts'
import { uids } from './links.ts'
import * as host from './panels/host-memory.ts'
import * as hugepages from './panels/hugepages.ts'
import * as ksm from './panels/ksm.ts'
import * as vm from './panels/vm-memory.ts'

export const memoryDashboard = (): Dashboard =>
  frame({
    uid: uids.memory,
    title: 'Memory',
    description:
      'Huge pages, KSM and balloons: whether each is worth its cost, and whether the host has memory for it.',
    from: 'now-24h',
    rows: {
      Hosts: [at(8, 8, host.availableGraph()), at(8, 8, host.overcommitGraph()), at(8, 8, host.swapGraph())],
      'Huge pages': [
        at(12, 8, hugepages.pools()),
        at(12, 8, hugepages.poolFreeShare()),
        at(7, 8, hugepages.poolMemoryOfVms()),
        at(7, 8, hugepages.transparentShare()),
        at(10, 8, hugepages.withoutPool()),
      ],
      KSM: [
        at(12, 8, ksm.savings()),
        at(12, 8, ksm.headroom()),
        at(8, 8, ksm.wasted()),
        at(6, 8, ksm.running()),
        at(10, 8, ksm.settings()),
      ],
      Balloons: [at(12, 8, vm.balloonHeld()), at(12, 8, vm.heldShare())],
    },
  })
