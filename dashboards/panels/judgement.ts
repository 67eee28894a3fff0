// Whether a VM loses its time in QEMU: its root-mode switch ratio, its class and its wait for QEMU.
import type { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import * as exits from '../queries/exits.ts'
import { classWords } from '../style/classes.ts'
import { ratioSteps, waitSteps } from '../style/judgement-steps.ts'
import { stat } from '../style/stat.ts'
import { highIsBad } from '../style/steps.ts'
import { limit, timeseries } from '../style/timeseries.ts'

const tooIdle = 'idle'

export const classStat = (): StatPanel =>
  stat({
    title: 'Class',
    description:
      'The class of the VM by its exits: compute, mixed or io. Not available while the VM is too idle to be judged.',
    unit: units.NoUnit,
    expr: exits.classNumber,
    legend: '{{vm}} on {{instance}}',
    mappings: classWords,
    noValue: tooIdle,
  })

export const ratioStat = (): StatPanel =>
  stat({
    title: 'Handled in KVM',
    description:
      'Root-mode switch ratio of the last 5 minutes: the share of exits that KVM handles. Near 100 % is near bare metal. Not available while the VM is too idle to be judged.',
    unit: units.PercentUnit,
    decimals: 1,
    expr: exits.judgedRatio5m,
    legend: '{{vm}} on {{instance}}',
    steps: ratioSteps,
    noValue: tooIdle,
  })

export const ioShareStat = (): StatPanel =>
  stat({
    title: 'I/O share',
    description:
      'Share of port I/O in all exits of the last 5 minutes, whether handled in KVM or by QEMU. Lower is better if everything else is equal. Not available while the VM is too idle to be judged.',
    unit: units.PercentUnit,
    decimals: 1,
    expr: exits.judgedIoShare5m,
    legend: '{{vm}} on {{instance}}',
    steps: highIsBad(0.25, 0.5),
    noValue: tooIdle,
  })

export const waitStat = (): StatPanel =>
  stat({
    title: 'Wait for QEMU',
    description:
      'Seconds that the vCPUs waited for QEMU per second of their CPU time: the cost of exits to QEMU. Not available while the VM is too idle to be judged, or without the kernel module and its time accounting.',
    unit: units.PercentUnit,
    decimals: 1,
    expr: exits.judgedUserspaceWait5m,
    legend: '{{vm}} on {{instance}}',
    steps: waitSteps,
  })

export const ratioGraph = (): GraphPanel =>
  timeseries({
    title: 'Share of exits handled in KVM',
    description:
      'Root-mode switch ratio, which the alerts judge. Below the lower line a VM is I/O-bound: replace its emulated devices with virtio. Above the upper line it is compute-bound. Marks show alerts and the remediations that they request.',
    unit: units.PercentUnit,
    max: 1,
    lines: [
      { expr: exits.ratio5m, legend: '5 min: {{vm}} on {{instance}}' },
      { expr: exits.ratio1h, legend: '1 h: {{vm}} on {{instance}}' },
    ],
    limits: [
      limit('root_mode_switch_io', 'I/O-bound below'),
      limit('root_mode_switch_compute', 'compute-bound above', 'green'),
    ],
    noValue: 'no data: no exits',
  })

export const ioShareGraph = (): GraphPanel =>
  timeseries({
    title: 'I/O share over time',
    description: 'Share of port I/O in all exits, whether handled in KVM or by QEMU, over 5 minutes.',
    unit: units.PercentUnit,
    max: 1,
    lines: [{ expr: exits.ioShare5m, legend: '{{vm}} on {{instance}}' }],
    noValue: 'no data: no exits',
  })
