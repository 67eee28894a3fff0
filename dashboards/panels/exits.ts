// The exits of a VM: how many, why, and how long they took.
import type { PanelBuilder as BarsPanel } from '@grafana/grafana-foundation-sdk/bargauge'
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import * as exits from '../queries/exits.ts'
import * as scheduling from '../queries/scheduling.ts'
import { bars } from '../style/bars.ts'
import { timeseries } from '../style/timeseries.ts'

const noTime = 'no data: needs the kernel module with time accounting on'
const noReasons = 'no data: needs the kernel module, on a kernel whose exit reasons it can read'

export const switchesGraph = (): GraphPanel =>
  timeseries({
    title: 'Exits by where they ended',
    description: 'Handled inside KVM, which is cheap, or handed over to QEMU, which is not.',
    unit: units.OpsPerSecond,
    lines: [
      { expr: exits.kernelSwitches, legend: '{{vm}} on {{instance}}: inside KVM' },
      { expr: exits.userspaceSwitches, legend: '{{vm}} on {{instance}}: to QEMU' },
    ],
    stacked: true,
  })

export const reasonsGraph = (): GraphPanel =>
  timeseries({
    title: 'Exits by reason',
    description: 'Why the guest left, named alike on Intel and AMD where the reasons mean the same.',
    unit: units.OpsPerSecond,
    lines: [{ expr: exits.byReason, legend: '{{vm}} on {{instance}}: {{reason}}' }],
    stacked: true,
    noValue: noReasons,
  })

export const reasonShares = (): BarsPanel =>
  bars({
    title: 'Exit mix',
    description: 'Share of each reason in the exits of its VM, now.',
    unit: units.PercentUnit,
    decimals: 1,
    max: 1,
    expr: `sort_desc(topk by (job, instance, vm) (12, ${exits.reasonShare} > 0))`,
    // The end of a long name is cut off.
    legend: '{{reason}}: {{vm}} on {{instance}}',
    noValue: noReasons,
  })

export const kindsGraph = (): GraphPanel =>
  timeseries({
    title: 'Port I/O, exceptions, signals',
    description:
      'Exits on port I/O and on guest exceptions, wherever they ended, and returns to QEMU that a signal forced, which are no hand-overs.',
    unit: units.OpsPerSecond,
    lines: [
      { expr: exits.ioExits, legend: '{{vm}} on {{instance}}: port I/O' },
      { expr: exits.exceptionExits, legend: '{{vm}} on {{instance}}: exceptions' },
      { expr: exits.signalReturns, legend: '{{vm}} on {{instance}}: signal returns' },
    ],
  })

export const timeGraph = (): GraphPanel =>
  timeseries({
    title: 'Where the time of the vCPUs goes',
    description:
      'Seconds per second, all vCPUs together: CPU time, of it inside KVM, then waiting for QEMU and halted, in which the guest did nothing.',
    unit: units.Short,
    lines: [
      { expr: scheduling.cpu5m, legend: '{{vm}} on {{instance}}: on a CPU, 5 minutes' },
      { expr: exits.kernelSeconds, legend: '{{vm}} on {{instance}}: inside KVM' },
      { expr: exits.userspaceWaitSeconds, legend: '{{vm}} on {{instance}}: waiting for QEMU' },
      { expr: exits.haltSeconds, legend: '{{vm}} on {{instance}}: halted' },
    ],
    noValue: noTime,
  })

export const costGraph = (): GraphPanel =>
  timeseries({
    title: 'Cost of one exit',
    description: 'Mean time of a round trip to QEMU, and mean time KVM itself takes for an exit.',
    unit: units.Seconds,
    lines: [
      { expr: exits.secondsPerHandover, legend: '{{vm}} on {{instance}}: round trip to QEMU' },
      { expr: exits.secondsPerExit, legend: '{{vm}} on {{instance}}: inside KVM' },
    ],
    noValue: noTime,
  })

export const waitGraph = (): GraphPanel =>
  timeseries({
    title: 'Wait for QEMU over time',
    description: 'Seconds the vCPUs waited for QEMU per second of CPU time they had, over 5 minutes.',
    unit: units.PercentUnit,
    lines: [{ expr: exits.userspaceWait5m, legend: '{{vm}} on {{instance}}' }],
    noValue: noTime,
  })
