// The exits of a VM: how many, why, and how long they take.
import type { PanelBuilder as BarsPanel } from '@grafana/grafana-foundation-sdk/bargauge'
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import * as exits from '../queries/exits.ts'
import * as scheduling from '../queries/scheduling.ts'
import { bars } from '../style/bars.ts'
import { timeseries } from '../style/timeseries.ts'

const noTime = 'no data: needs the kernel module with time accounting on'
const noReasons = 'no data: needs the kernel module and a kernel whose exit reasons it can read'

export const switchesGraph = (): GraphPanel =>
  timeseries({
    title: 'Exits by where they are handled',
    description:
      'Exits handled in KVM are cheap. Exits handed to QEMU are expensive: reduce them with virtio devices.',
    unit: units.OpsPerSecond,
    lines: [
      { expr: exits.kernelSwitches, legend: 'in KVM: {{vm}} on {{instance}}' },
      { expr: exits.userspaceSwitches, legend: 'to QEMU: {{vm}} on {{instance}}' },
    ],
    stacked: true,
  })

export const reasonsGraph = (): GraphPanel =>
  timeseries({
    title: 'Exits by reason',
    description: 'Why the guest exited. Reasons that mean the same on Intel and AMD have the same name.',
    unit: units.OpsPerSecond,
    lines: [{ expr: exits.byReason, legend: '{{reason}}: {{vm}} on {{instance}}' }],
    stacked: true,
    noValue: noReasons,
  })

export const reasonShares = (): BarsPanel =>
  bars({
    title: 'Exit mix',
    description: 'The twelve most frequent reasons, as shares of all exits of the VM, now.',
    unit: units.PercentUnit,
    decimals: 1,
    max: 1,
    expr: `sort_desc(topk by (job, instance, vm) (12, ${exits.reasonShare} > 0))`,
    legend: '{{reason}}: {{vm}} on {{instance}}',
    noValue: noReasons,
  })

const noDevices = 'no data: needs the kernel module, which counts devices unless it is loaded with devices=0'

export const devicesGraph = (): GraphPanel =>
  timeseries({
    title: 'What makes this VM leave KVM?',
    description:
      'Exits handed to QEMU by the device that the guest accessed. Disks and network interfaces have the names of the tables below.',
    unit: units.OpsPerSecond,
    lines: [{ expr: exits.byDevice, legend: '{{device}}: {{vm}} on {{instance}}' }],
    stacked: true,
    noValue: noDevices,
  })

export const deviceWaitGraph = (): GraphPanel =>
  timeseries({
    title: 'Wait for QEMU by device',
    description:
      'Seconds per second that the vCPUs waited for QEMU after they had accessed the device. The highest one costs this VM most.',
    unit: units.Short,
    lines: [{ expr: exits.waitByDevice, legend: '{{device}}: {{vm}} on {{instance}}' }],
    stacked: true,
    noValue: noDevices,
  })

export const kindsGraph = (): GraphPanel =>
  timeseries({
    title: 'Port I/O, exceptions, signals',
    description:
      'Exits due to port I/O and to guest exceptions, whether handled in KVM or by QEMU. Also returns to QEMU that a signal forced; they do not count as userspace exits.',
    unit: units.OpsPerSecond,
    lines: [
      { expr: exits.ioExits, legend: 'port I/O: {{vm}} on {{instance}}' },
      { expr: exits.exceptionExits, legend: 'exceptions: {{vm}} on {{instance}}' },
      { expr: exits.signalReturns, legend: 'signals: {{vm}} on {{instance}}' },
    ],
  })

export const timeGraph = (): GraphPanel =>
  timeseries({
    title: 'Where vCPU time goes',
    description:
      'Seconds per second of all vCPUs together. On CPU is the CPU time over 5 minutes, and in KVM is a part of it. While waiting for QEMU or halted, the guest does nothing.',
    unit: units.Short,
    lines: [
      { expr: scheduling.cpu5m, legend: 'on CPU: {{vm}} on {{instance}}' },
      { expr: exits.kernelSeconds, legend: 'in KVM: {{vm}} on {{instance}}' },
      { expr: exits.userspaceWaitSeconds, legend: 'for QEMU: {{vm}} on {{instance}}' },
      { expr: exits.haltSeconds, legend: 'halted: {{vm}} on {{instance}}' },
    ],
    noValue: noTime,
  })

export const costGraph = (): GraphPanel =>
  timeseries({
    title: 'Cost of one exit',
    description:
      'Mean time that a vCPU waits for QEMU per userspace exit, and mean time that KVM spends on an exit.',
    unit: units.Seconds,
    lines: [
      { expr: exits.secondsPerUserspaceExit, legend: 'to QEMU: {{vm}} on {{instance}}' },
      { expr: exits.secondsPerExit, legend: 'in KVM: {{vm}} on {{instance}}' },
    ],
    noValue: noTime,
  })

export const waitGraph = (): GraphPanel =>
  timeseries({
    title: 'Wait for QEMU over time',
    description:
      'Seconds that the vCPUs waited for QEMU per second of their CPU time, over 5 minutes. Below 10 % is good.',
    unit: units.PercentUnit,
    lines: [{ expr: exits.userspaceWait5m, legend: '{{vm}} on {{instance}}' }],
    noValue: noTime,
  })
