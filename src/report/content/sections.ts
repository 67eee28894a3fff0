// The sections of a report, in order.
import type { Report } from '../document.ts'
import { countText, dateText, numberText, rangeText, timeText } from '../format.ts'
import { actionsSection } from './action-list.ts'
import { classMeaning, classOrder, classText } from './classes.ts'
import { dataSection } from './data.ts'
import { effectsSection } from './effects.ts'
import { fitSection } from './fit.ts'
import { hostsSection } from './hosts.ts'
import { methodSection } from './method.ts'
import { payersSection } from './payers.ts'
import type { Section } from './section.ts'
import { sizesSection } from './sizes.ts'
import { vmsSection } from './vms.ts'

export const titleOf = ({ range }: Report): string =>
  `Capacity report, ${dateText(range.from)} to ${dateText(range.to)}`

export function sectionsOf(report: Report): Section[] {
  return [
    fleetSection(report),
    actionsSection(report),
    hostsSection(report),
    payersSection(report),
    sizesSection(report),
    fitSection(report),
    effectsSection(report),
    vmsSection(report),
    dataSection(report),
    methodSection(report),
  ]
}

function fleetSection({ fleet, range, prometheus, hosts }: Report): Section {
  const { saved } = fleet
  const silent = fleet.silentHosts === 0 ? '' : `, ${fleet.silentHosts} of them without data of the last day`
  const waiting = fleet.wait === null ? '' : ` On average ${numberText(fleet.wait)} vCPUs wait for QEMU.`
  const virtio =
    saved === null
      ? ''
      : ` Virtio in place of emulated disks and NICs would save ${rangeText(saved.low, saved.high)} of them.`
  const current = hosts.filter(({ isCurrent }) => isCurrent)
  const density = fleet.cpus === 0 ? '' : `, ${numberText(fleet.vcpus / fleet.cpus)} vCPUs per CPU`
  return {
    id: 'fleet',
    title: 'Fleet',
    texts: [
      `${countText(fleet.hosts, 'host')}${silent}; ${countText(fleet.vms, 'VM')} with ${countText(fleet.vcpus, 'vCPU')} on ${countText(fleet.cpus, 'CPU')}${density}. ${countText(fleet.endedVms, 'more VM')} ran within the range and ended.`,
      `By class: ${classText(fleet.classes)}.${waiting}${virtio}`,
      `From ${timeText(range.from)} to ${timeText(range.to)} UTC, in steps of ${numberText(range.stepSeconds / 60)} minutes, from ${prometheus}.`,
    ],
    figures: [
      {
        title: 'VMs by class',
        description: `How many VMs of each class ran on each day. On ${countText(current.length, 'host')}.`,
        plot: {
          kind: 'stack',
          names: classOrder.filter((name) => name !== 'unknown'),
          days: fleet.classDays.map(({ time, classes }) => ({
            time: Date.parse(time),
            counts: classOrder.filter((name) => name !== 'unknown').map((name) => classes[name]),
          })),
        },
        table: {
          caption: 'VMs by class and day',
          columns: [{ name: 'day' }, ...classOrder.map((name) => ({ name, isNumber: true }))],
          rows: fleet.classDays.map(({ time, classes }) => [
            dateText(time),
            ...classOrder.map((name) => ({ text: String(classes[name]), value: classes[name] })),
          ]),
          empty: 'The range is shorter than a day.',
        },
      },
    ],
    tables: [
      {
        id: 'classes',
        caption: 'Running VMs by class',
        columns: [{ name: 'class' }, { name: 'VMs', isNumber: true }, { name: 'meaning' }],
        rows: classOrder.map((name) => [
          name,
          { text: String(fleet.classes[name]), value: fleet.classes[name] },
          classMeaning[name],
        ]),
        empty: 'No VM runs.',
      },
    ],
  }
}
