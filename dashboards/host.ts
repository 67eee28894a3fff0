// Host: one or a few hosts, with their busiest VMs and their exporters.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { at, frame } from './frame.ts'
import { uids } from './links.ts'
import * as exporter from './panels/exporter.ts'
import * as vms from './panels/fleet.ts'
import * as host from './panels/host.ts'
import * as memory from './panels/host-memory.ts'
import * as scheduling from './panels/scheduling.ts'
import * as vm from './panels/vm.ts'

export const hostDashboard = (): Dashboard =>
  frame({
    uid: uids.host,
    title: 'Host',
    description: 'A KVM host: CPU, memory and pressure, its busiest VMs, and the exporter.',
    from: 'now-6h',
    rows: {
      'At a glance': [
        at(4, 4, host.cpuBusyStat()),
        at(4, 4, host.memoryAvailableStat()),
        at(4, 4, host.overcommitStat()),
        at(4, 4, vm.vmCountStat()),
        at(4, 4, vms.emulatedIoVmsStat()),
        at(4, 4, vm.hostAlertsStat()),
        at(24, 5, host.hostTable()),
        at(24, 7, vm.hostAlertsTable()),
      ],
      VMs: [
        at(12, 9, host.busiestVms()),
        at(12, 9, vms.lowestRatios()),
        at(12, 9, host.mostUserspaceExits()),
        at(12, 9, scheduling.vmsByRunDelay()),
      ],
      CPU: [
        at(12, 8, host.cpuBusyGraph()),
        at(12, 8, host.cpuByMode()),
        at(12, 8, host.cpuInGuests()),
        at(12, 8, host.pressure()),
      ],
      Memory: [
        at(8, 8, memory.memoryGraph()),
        at(8, 8, memory.availableGraph()),
        at(8, 8, memory.swapGraph()),
      ],
      Exporter: [
        at(8, 8, exporter.sources()),
        at(8, 8, exporter.collectors()),
        at(8, 8, exporter.collectorSeconds()),
        at(8, 7, exporter.problems()),
        at(8, 7, exporter.cost()),
        at(8, 7, exporter.cpu()),
      ],
    },
  })
