// VM: one VM in detail, or a few VMs for comparison.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { at, frame } from './frame.ts'
import { uids } from './links.ts'
import * as exits from './panels/exits.ts'
import * as judgement from './panels/judgement.ts'
import * as scheduling from './panels/scheduling.ts'
import * as vm from './panels/vm.ts'
import * as memory from './panels/vm-memory.ts'
import { someVmsVariables } from './variables.ts'

export const vmDashboard = (): Dashboard =>
  frame({
    uid: uids.vm,
    title: 'VM',
    description:
      'Where the exits of a VM are handled and why they happen, and its devices, scheduling and memory.',
    from: 'now-6h',
    variables: someVmsVariables,
    rows: {
      // Wide enough for the names of several VMs beside their values.
      'At a glance': [
        at(6, 4, judgement.classStat()),
        at(6, 4, judgement.ratioStat()),
        at(6, 4, judgement.ioShareStat()),
        at(6, 4, judgement.waitStat()),
        at(6, 4, scheduling.runDelayStat()),
        at(6, 4, vm.vcpusStat()),
        at(6, 4, vm.ageStat()),
        at(6, 4, vm.vmAlertsStat()),
      ],
      Judgement: [
        at(12, 11, judgement.ratioGraph()),
        at(12, 11, vm.vmAlertsTable()),
        at(8, 8, judgement.ioShareGraph()),
        at(8, 8, exits.waitGraph()),
        at(8, 8, exits.costGraph()),
      ],
      Exits: [
        at(12, 9, exits.devicesGraph()),
        at(12, 9, exits.deviceWaitGraph()),
        at(12, 9, exits.switchesGraph()),
        at(12, 9, exits.reasonsGraph()),
        at(12, 9, exits.reasonShares()),
        at(12, 9, exits.kindsGraph()),
        at(24, 9, exits.timeGraph()),
      ],
      Devices: [at(12, 6, vm.disksTable()), at(12, 6, vm.nicsTable())],
      Scheduling: [
        at(8, 8, scheduling.cpuOfVcpus()),
        at(8, 8, scheduling.runDelayOfVcpus()),
        at(8, 8, scheduling.contextSwitches()),
        at(24, 7, scheduling.vcpusTable()),
      ],
      'Memory and identity': [at(24, 8, memory.memoryOfVm()), at(24, 5, vm.identityTable())],
    },
  })
