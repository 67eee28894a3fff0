// What the data lacks.
import type { Report } from '../document.ts'
import { percentText, timeText } from '../format.ts'
import { number, type Section } from './section.ts'

const kinds = { 'no-data': 'no data', 'no-vms': 'the exporter could not list the VMs' } as const

export function dataSection({ gaps, warnings, hosts, range }: Report): Section {
  return {
    id: 'data',
    title: 'Gaps in the data',
    texts: [
      `Nothing is filled in for a gap: figures are over the time that is known. Gaps shorter than a step (${Math.round(range.stepSeconds / 60)} minutes) are not listed, but the coverage counts them.`,
      ...warnings.map((warning) => `Prometheus warned: ${warning}`),
    ],
    figures: [],
    tables: [
      {
        id: 'gaps',
        caption: 'Gaps',
        columns: [{ name: 'host' }, { name: 'from, UTC' }, { name: 'to, UTC' }, { name: 'what' }],
        rows: gaps.map(({ host, from, to, kind, isOfAllHosts }) => [
          host,
          timeText(from),
          timeText(to),
          isOfAllHosts
            ? `${kinds[kind]}; so on all hosts, so Prometheus itself may have been down`
            : kinds[kind],
        ]),
        empty: 'There is no gap of a step or more.',
        isLong: gaps.length > 60,
      },
      {
        id: 'coverage',
        caption: 'Share of the expected scrapes that Prometheus has, since each host was first seen',
        columns: [{ name: 'host' }, { name: 'coverage', isNumber: true }, { name: 'last seen, UTC' }],
        rows: hosts.map(({ name, coverage, lastSeen }) => [
          name,
          number(coverage, percentText),
          lastSeen === null ? 'never' : timeText(lastSeen),
        ]),
        empty: 'There is no host.',
        isLong: hosts.length > 60,
      },
    ],
  }
}
