// The memory of a VM: given, held, kept back by the balloon, and in which pages.
import type { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { graphToVm } from '../links.ts'
import * as memory from '../queries/vm-memory.ts'
import { limit, timeseries } from '../style/timeseries.ts'

export const memoryOfVm = (): GraphPanel =>
  timeseries({
    title: 'Memory',
    description:
      'What the guest was given at most, what the balloon leaves to it, and what the VM process holds in ordinary pages and in huge pages of a pool.',
    unit: units.BytesIEC,
    lines: [
      { expr: memory.max, legend: '{{vm}} on {{instance}}: given' },
      { expr: memory.balloon, legend: '{{vm}} on {{instance}}: left by the balloon' },
      { expr: memory.resident, legend: '{{vm}} on {{instance}}: held in ordinary pages' },
      { expr: memory.hugetlb, legend: '{{vm}} on {{instance}}: held in pool pages' },
    ],
  })

export const balloonHeld = (): GraphPanel =>
  timeseries({
    title: 'Kept back by balloons',
    description: 'Share of what each VM was given that its balloon keeps from it; the ten highest.',
    unit: units.PercentUnit,
    lines: [{ expr: `topk(10, ${memory.balloonHeldShare})`, legend: '{{vm}} on {{instance}}' }],
    limits: [limit('balloon_held', 'alert above, if the host has memory')],
    noValue: 'no data: no VM whose balloon can be told',
    links: [graphToVm],
  })

export const heldShare = (): GraphPanel =>
  timeseries({
    title: 'Held of what was given',
    description:
      'Share of its memory that each VM has touched and holds on the host; the ten lowest could be smaller. QEMU holds some for itself, so that a small VM may be above 100 %.',
    unit: units.PercentUnit,
    lines: [{ expr: `bottomk(10, ${memory.heldShare})`, legend: '{{vm}} on {{instance}}' }],
    lowestFirst: true,
    links: [graphToVm],
  })
