// What remediation did and changed.
import type { Effect, Report } from '../document.ts'
import { dateText, percentText } from '../format.ts'
import { number, type Section } from './section.ts'

const figureNames: Readonly<Record<Effect['figures'][number]['what'], string>> = {
  'wait-per-cpu': 'wait for QEMU per CPU second',
  'root-mode-ratio': 'root-mode switch ratio',
  'run-delay': 'run delay',
  'host-busy': 'CPU busy of the host',
}

export function effectsSection({ remediation: { runs, effects } }: Report): Section {
  return {
    id: 'remediation',
    title: 'Effects of remediation',
    texts: [
      'The verdict is that of kvminfo remediate, which compares windows of minutes. The figures here compare the day before a run began with the day from when its change was in place, so other causes may have a part in them.',
    ],
    figures: [],
    tables: [
      {
        id: 'effects',
        caption: 'Changes that were put in place',
        columns: [
          { name: 'VM' },
          { name: 'host' },
          { name: 'action' },
          { name: 'since' },
          { name: 'state' },
          { name: 'verdict' },
          { name: 'figure' },
          { name: 'before', isNumber: true },
          { name: 'after', isNumber: true },
        ],
        rows: effects.flatMap((effect) => {
          const { vm, host, action, device, since, state, verdict, figures } = effect
          const start = [
            vm ?? '(host)',
            host,
            `${action}${device && ` ${device}`}`,
            dateText(since),
            state,
            verdict,
          ]
          if (figures.length === 0) {
            return [[...start, 'too little data on one side', number(null, String), number(null, String)]]
          }
          return figures.map(({ what, before, after }) => [
            ...start,
            figureNames[what],
            number(before, percentText),
            number(after, percentText),
          ])
        }),
        empty: 'Prometheus knows of no change within the range.',
      },
      {
        id: 'runs',
        caption: 'Runs of kvminfo remediate within the range',
        columns: [
          { name: 'action' },
          { name: 'state' },
          { name: 'verdict' },
          { name: 'runs', isNumber: true },
        ],
        rows: runs.map(({ action, state, verdict, count }) => [
          action,
          state,
          verdict,
          number(count, String),
        ]),
        empty: 'Prometheus knows of no run within the range.',
      },
    ],
  }
}
