// The memory of a VM: given, held, taken by the balloon, and the kind of its pages.
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { graphToVm } from '../links.ts'
import * as memory from '../queries/vm-memory.ts'
import { limit, timeseries } from '../style/timeseries.ts'

export const memoryOfVm = (): GraphPanel =>
  timeseries({
    title: 'Memory',
    description:
      'The most that the guest was given, what the balloon leaves to it, and what the VM process holds in ordinary pages and in huge pages of a pool.',
    unit: units.BytesIEC,
    lines: [
      { expr: memory.max, legend: 'given: {{vm}} on {{instance}}' },
      { expr: memory.balloon, legend: 'left by the balloon: {{vm}} on {{instance}}' },
      { expr: memory.resident, legend: 'held, ordinary: {{vm}} on {{instance}}' },
      { expr: memory.hugetlb, legend: 'held, pool: {{vm}} on {{instance}}' },
    ],
  })

export const balloonHeld = (): GraphPanel =>
  timeseries({
    title: 'Memory taken by balloons',
    description:
      'Share of its memory that the balloon takes from a VM: the ten VMs with the highest mean over the time range. Above the line, deflate the balloon if the host has memory.',
    unit: units.PercentUnit,
    lines: [{ expr: memory.highestBalloonHeldShare, legend: '{{vm}} on {{instance}}' }],
    limits: [limit('balloon_held', 'alert above, if the host has memory')],
    noValue: 'no data: the balloon of no VM is known',
    links: [graphToVm],
  })

export const heldShare = (): GraphPanel =>
  timeseries({
    title: 'Memory held by VMs',
    description:
      'Share of its memory that a VM has touched and holds on the host: the ten VMs with the lowest mean over the time range. They could be given less. A small VM may be above 100 %, because QEMU itself uses memory.',
    unit: units.PercentUnit,
    lines: [{ expr: memory.lowestHeldShare, legend: '{{vm}} on {{instance}}' }],
    lowestFirst: true,
    links: [graphToVm],
  })
