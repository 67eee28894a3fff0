// The VMs of a fleet: which lose most of their time in QEMU, and how many are in each class.
import type { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import type { PanelBuilder as StatePanel } from '@grafana/grafana-foundation-sdk/statetimeline'
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { graphToVm, tableToHost, tableToVm } from '../links.ts'
import * as exits from '../queries/exits.ts'
import * as scheduling from '../queries/scheduling.ts'
import { judged, ofVm, perVm } from '../queries/selector.ts'
import * as vm from '../queries/vm.ts'
import { classColors, classWords } from '../style/classes.ts'
import { ratioSteps, runDelaySteps, waitSteps } from '../style/judgement-steps.ts'
import { stat } from '../style/stat.ts'
import { stateTimeline } from '../style/state-timeline.ts'
import { noneIsGood } from '../style/steps.ts'
import { table } from '../style/table.ts'
import { limit, timeseries } from '../style/timeseries.ts'

const noneJudged = 'no VM is busy enough to be judged'

export const fleetRatioStat = (): StatPanel =>
  stat({
    title: 'Handled in KVM',
    description:
      'Root-mode switch ratio of all selected VMs together: the share of their exits that KVM handles. VMs with more exits weigh more. Near 100 % is near bare metal.',
    unit: units.PercentUnit,
    decimals: 1,
    expr: exits.fleetRatio5m,
    steps: ratioSteps,
  })

export const emulatedIoVmsStat = (): StatPanel =>
  stat({
    title: 'VMs with emulated I/O',
    description:
      'VMs of class emulated-io: they are busy, and too large a share of their exits is handed to QEMU. Replace their emulated devices with virtio.',
    unit: units.Short,
    expr: exits.emulatedIoVms,
    steps: noneIsGood,
  })

export const worstVms = (): TablePanel =>
  table({
    title: 'VMs by share of exits handled in KVM, worst first',
    description:
      'Every VM that is busy enough to be judged, over the last 5 minutes. If a VM has a low share and emulated devices, replace these with virtio. The wait for QEMU, in seconds per second of CPU time, says how much the VM would gain.',
    labels: { vm: 'VM', instance: 'Host' },
    links: { VM: tableToVm, Host: tableToHost },
    sortBy: { name: 'In KVM', descending: false },
    empty: noneJudged,
    columns: [
      {
        name: 'In KVM',
        expr: exits.judgedRatio5m,
        unit: units.PercentUnit,
        decimals: 1,
        steps: ratioSteps,
      },
      { name: 'Class', expr: judged(exits.classNumber), unit: units.NoUnit, mappings: classWords },
      { name: 'I/O share', expr: exits.judgedIoShare5m, unit: units.PercentUnit, decimals: 1 },
      {
        name: 'Wait for QEMU',
        expr: exits.judgedUserspaceWait5m,
        unit: units.PercentUnit,
        decimals: 1,
        steps: waitSteps,
      },
      { name: 'To QEMU', expr: judged(exits.userspaceSwitches5m), unit: units.OpsPerSecond },
      {
        name: 'Emulated',
        expr: judged(`(${vm.emulatedDevices})`),
        unit: units.Short,
        steps: noneIsGood,
      },
      { name: 'CPUs used', expr: judged(scheduling.cpu5m), unit: units.Short, decimals: 2 },
      {
        name: 'Run delay',
        expr: judged(scheduling.runDelay5m),
        unit: units.PercentUnit,
        decimals: 1,
        steps: runDelaySteps,
      },
    ],
  })

export const idleVms = (): TablePanel =>
  table({
    title: 'VMs not judged',
    description:
      'VMs that exit too seldom for their ratio to mean anything: fewer exits per second than kvminfo:switches_active:threshold.',
    labels: { vm: 'VM', instance: 'Host' },
    links: { VM: tableToVm, Host: tableToHost },
    sortBy: { name: 'CPUs used', descending: true },
    empty: 'none',
    columns: [
      { name: 'Exits', expr: unjudged(exits.switches5m), unit: units.OpsPerSecond },
      { name: 'CPUs used', expr: unjudged(scheduling.cpu5m), unit: units.Short, decimals: 2 },
      { name: 'vCPUs', expr: unjudged(vm.vcpus), unit: units.Short },
    ],
  })

function unjudged(expr: string): string {
  return `${expr} unless on (${perVm}) ${ofVm('vm:kvminfo_active:info')}`
}

export function vmsByClassGraph(): GraphPanel {
  const panel = timeseries({
    title: 'VMs by class',
    description:
      'How many of the judged VMs are of each class. Class emulated-io is bad: see the table above. Classes near-native and in-kernel-io are both good.',
    unit: units.Short,
    decimals: 0,
    lines: [{ expr: exits.vmsByClass, legend: '{{class}}' }],
    stacked: true,
    noValue: noneJudged,
  })
  for (const [name, color] of Object.entries(classColors)) {
    panel.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }])
  }
  return panel
}

export const classMap = (): StatePanel =>
  stateTimeline({
    title: 'Class map',
    description:
      'The class of each VM over time: near-native, in-kernel-io, mixed or emulated-io. In a gap, the VM was too idle to be judged.',
    expr: exits.classNumber,
    legend: '{{vm}} on {{instance}}',
    mappings: classWords,
    links: [graphToVm],
  })

export const lowestRatios = (): GraphPanel =>
  timeseries({
    title: 'VMs with the lowest share of exits handled in KVM',
    description:
      'The ten VMs with the lowest root-mode switch ratio over the time range, while they are busy enough to be judged. Below the line a VM becomes emulated-io: replace its emulated devices with virtio.',
    unit: units.PercentUnit,
    max: 1,
    lines: [{ expr: exits.lowestRatios, legend: '{{vm}} on {{instance}}' }],
    limits: [limit('root_mode_switch_emulated_io', 'emulated-io below')],
    lowestFirst: true,
    noValue: noneJudged,
    links: [graphToVm],
  })
