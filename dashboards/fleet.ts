// Fleet: every host and every VM, worst first, with links to their dashboards.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { at, frame } from './frame.ts'
import { uids } from './links.ts'
import * as vms from './panels/fleet.ts'
import * as hosts from './panels/hosts.ts'
import * as vm from './panels/vm.ts'

export const fleetDashboard = (): Dashboard =>
  frame({
    uid: uids.fleet,
    title: 'Fleet',
    description: 'All KVM hosts and VMs: which VMs lose the most time in QEMU.',
    from: 'now-6h',
    rows: {
      'At a glance': [
        at(4, 4, hosts.hostsUpStat()),
        at(4, 4, hosts.hostsDownStat()),
        at(4, 4, vm.vmCountStat()),
        at(4, 4, vms.emulatedIoVmsStat()),
        at(4, 4, vms.fleetRatioStat()),
        at(4, 4, vm.hostAlertsStat()),
      ],
      VMs: [at(24, 11, vms.worstVms()), at(8, 10, vms.vmsByClassGraph()), at(16, 10, vms.classMap())],
      Hosts: [at(24, 9, hosts.hostsTable())],
      'Alerts and idle VMs': [at(14, 9, vm.hostAlertsTable()), at(10, 9, vms.idleVms())],
    },
  })
