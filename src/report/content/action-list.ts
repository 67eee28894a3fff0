// What to do, the most urgent first.
import type { Report } from '../document.ts'
import { countText } from '../format.ts'
import { actionText, commandText } from './actions.ts'
import type { Section } from './section.ts'

export function actionsSection({ actions }: Report): Section {
  return {
    id: 'actions',
    title: 'What to do',
    texts:
      actions.length === 0
        ? ['No figure speaks for a change.']
        : [
            `${countText(actions.length, 'proposal')}, the most urgent first. A command in the last column is to be typed on that host; it shows a plan and changes nothing.`,
          ],
    figures: [],
    tables: [
      {
        id: 'actions',
        caption: 'Proposals',
        columns: [
          { name: 'host' },
          { name: 'VM' },
          { name: 'proposal' },
          { name: 'reason' },
          { name: 'command' },
        ],
        rows: actions.map((action) => [
          action.host,
          action.vm ?? '(host)',
          actionText(action.action),
          action.reason,
          commandText(action),
        ]),
        empty: 'Nothing to do.',
        isLong: actions.length > 60,
      },
    ],
  }
}
