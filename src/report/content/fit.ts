// Which VMs fit on which host.
import type { Placement, Report } from '../document.ts'
import { bytesText, countText, numberText } from '../format.ts'
import { number, type Section } from './section.ts'

const shown = 6

const movesText = (placements: readonly Placement[]): string => {
  const first = placements.slice(0, shown).map(({ vm, to }) => `${vm} to ${to}`)
  const more = placements.length - first.length
  return first.join(', ') + (more > 0 ? `, and ${more} more` : '')
}

export function fitSection({ fit }: Report): Section {
  const { evacuations, emptied, relief, additional, medianVm } = fit
  return {
    id: 'fit',
    title: 'What fits where',
    texts: [
      'First fit: the largest VM first, each to the first host by name that has room for its CPU near its peak (p95) and its whole memory, below the limits. Storage, networks, CPU models and VMs that must be kept apart are not considered.',
      emptied.length === 0
        ? 'No host could be emptied onto the others.'
        : `${countText(emptied.length, 'host')} could be emptied one after the other: ${emptied.map(({ host }) => host).join(', ')}.`,
      ...(medianVm === null
        ? []
        : [
            `A VM of the median size uses ${numberText(medianVm.cpu)} CPUs near its peak and has ${bytesText(medianVm.memory)}.`,
          ]),
    ],
    figures: [],
    tables: [
      {
        id: 'fit',
        caption: 'If a host fails or is emptied for maintenance',
        columns: [
          { name: 'host' },
          { name: 'VMs that fit elsewhere', isNumber: true },
          { name: 'VMs left', isNumber: true },
          { name: 'moves' },
          { name: 'what does not fit' },
          { name: 'more median VMs', isNumber: true },
        ],
        rows: evacuations.map(({ host, placements, left }) => [
          host,
          number(placements.length, String),
          number(left.length, String),
          movesText(placements),
          left
            .slice(0, shown)
            .map(({ vm, reason }) => `${vm}: ${reason}`)
            .join('; ') + (left.length > shown ? `; and ${left.length - shown} more` : ''),
          number(additional.find((one) => one.host === host)?.vms ?? null, String),
        ]),
        empty: 'No host has both current data and known limits.',
      },
      {
        id: 'relief',
        caption: 'Moves that bring hosts below their limits',
        columns: [{ name: 'VM' }, { name: 'from' }, { name: 'to' }],
        rows: relief.map(({ vm, from, to }) => [vm, from, to]),
        empty: 'No host is above a limit, or nothing on it fits elsewhere.',
      },
    ],
  }
}
