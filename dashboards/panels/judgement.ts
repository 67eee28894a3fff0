// Whether a VM loses its time in QEMU: its root-mode switch ratio, its class and what the round trips cost.
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
      'What the exits say the VM does: compute, mixed or io. None while it is too idle to be judged.',
    unit: units.NoUnit,
    expr: exits.classNumber,
    legend: '{{vm}} on {{instance}}',
    mappings: classWords,
    noValue: tooIdle,
  })

export const ratioStat = (): StatPanel =>
  stat({
    title: 'Exits handled inside KVM',
    description:
      'Root-mode switch ratio of the last 5 minutes. Near 100 % is near bare metal. None while the VM is too idle to be judged.',
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
      'Port I/O exits per exit, handled by KVM or by QEMU, over the last 5 minutes. Lower is better, all else equal. None while the VM is too idle to be judged.',
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
      'Seconds the vCPUs waited for QEMU per second of CPU time they had: what the round trips cost. None while the VM is too idle to be judged, or without the kernel module and its time accounting.',
    unit: units.PercentUnit,
    decimals: 1,
    expr: exits.judgedUserspaceWait5m,
    legend: '{{vm}} on {{instance}}',
    steps: waitSteps,
  })

export const ratioGraph = (): GraphPanel =>
  timeseries({
    title: 'Share of exits handled inside KVM over time',
    description:
      'Root-mode switch ratio as the alerts judge it. Below the lower line a VM is I/O-bound, above the upper one compute-bound. Marks are alerts and the remediations that they ask for.',
    unit: units.PercentUnit,
    max: 1,
    lines: [
      { expr: exits.ratio5m, legend: '{{vm}} on {{instance}}: 5 minutes' },
      { expr: exits.ratio1h, legend: '{{vm}} on {{instance}}: 1 hour' },
    ],
    limits: [
      limit('root_mode_switch_io', 'I/O-bound below'),
      limit('root_mode_switch_compute', 'compute above', 'green'),
    ],
    noValue: 'no exits',
  })

export const ioShareGraph = (): GraphPanel =>
  timeseries({
    title: 'I/O share over time',
    description: 'Port I/O exits per exit, handled by KVM or by QEMU, over 5 minutes.',
    unit: units.PercentUnit,
    max: 1,
    lines: [{ expr: exits.ioShare5m, legend: '{{vm}} on {{instance}}' }],
    noValue: 'no exits',
  })
