// All dashboards, by the name of their file in out/.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { capacityDashboard } from './capacity.ts'
import { fleetDashboard } from './fleet.ts'
import { hostDashboard } from './host.ts'
import { memoryDashboard } from './memory.ts'
import { remediationDashboard } from './remediation.ts'
import { schedulingDashboard } from './scheduling.ts'
import { vmDashboard } from './vm.ts'

export const dashboards: Readonly<Record<string, () => Dashboard>> = {
  fleet: fleetDashboard,
  host: hostDashboard,
  vm: vmDashboard,
  scheduling: schedulingDashboard,
  memory: memoryDashboard,
  capacity: capacityDashboard,
  remediation: remediationDashboard,
}

/** The text of the file. The same sources always give the same text. */
export const render = (dashboard: Dashboard): string => `${JSON.stringify(dashboard, null, 2)}\n`
