// Whether a VM loses its time in QEMU: its root-mode switch ratio, its class and its wait for QEMU.
import type { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import * as exits from '../queries/exits.ts'
import { classWords } from '../style/classes.ts'
import { ratioSteps, waitSteps } from '../style/judgement-steps.ts'
import { stat } from '../style/stat.ts'
import { limit, timeseries } from '../style/timeseries.ts'

const tooIdle = 'idle'

export const classStat = (): StatPanel =>
  stat({
    title: 'Class',
    description:
      'The class of the VM by its exits. emulated-io: too many are handed to QEMU. mixed: in between. in-kernel-io: KVM handles nearly all, and many of them are port I/O. near-native: KVM handles nearly all; a VM whose virtio uses MMIO (virtio 1.0) is here too. Not available while the VM is too idle to be judged.',
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
      'Share of port I/O in all exits of the last 5 minutes, whether handled in KVM or by QEMU. A high share is no problem by itself: the class says who handles it. MMIO is not included. Not available while the VM is too idle to be judged.',
    unit: units.PercentUnit,
    decimals: 1,
    expr: exits.judgedIoShare5m,
    legend: '{{vm}} on {{instance}}',
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
      'Root-mode switch ratio, which the alerts judge. Below the lower line a VM becomes emulated-io: replace its emulated devices with virtio. Above the upper line it becomes near-native, or in-kernel-io if it does much port I/O. Marks show alerts and the remediations that they request.',
    unit: units.PercentUnit,
    max: 1,
    lines: [
      { expr: exits.ratio5m, legend: '5 min: {{vm}} on {{instance}}' },
      { expr: exits.ratio1h, legend: '1 h: {{vm}} on {{instance}}' },
    ],
    limits: [
      limit('root_mode_switch_emulated_io', 'emulated-io below'),
      limit('root_mode_switch_near_native', 'near-native above', 'green'),
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
