// The help: keys, and what each column means.
import { keyHelp } from '../keys.ts'
import type { LinePainter } from '../screen/line.ts'
import { taskColumns } from './task-columns.ts'
import { vmColumns } from './vm-columns.ts'

export function helpLines(width: number, painter: LinePainter): string[] {
  const pair = (name: string, text: string) => {
    // Beside each other only where the name is not cut and the text has room.
    if (name.length <= 24 && width >= 57)
      return wrapped(text, width - 27).map((part, index) =>
        painter
          .line(width)
          .cell(index === 0 ? `  ${name}` : '', 26, { style: 'accent' })
          .cell('', 1)
          .add(part)
          .end(),
      )
    return [
      ...wrapped(name, width - 2).map((part) => painter.line(width).add(`  ${part}`, 'accent').end()),
      ...wrapped(text, width - 4).map((part) => painter.line(width).cell('', 4).add(part).end()),
    ]
  }
  const heading = (text: string) => painter.line(width).add(text, 'bold').end()
  const columns = (all: readonly { title: string; hint: string }[]) =>
    all.flatMap(({ title, hint }) => pair(title, hint))
  return [
    heading('Keys'),
    ...keyHelp.flatMap(({ keys, does }) => pair(keys, does)),
    '',
    heading('Columns of the VMs'),
    ...columns(vmColumns),
    '',
    heading('Columns of the tasks'),
    ...columns(taskColumns),
    '',
    ...wrapped(
      '- means not known: no source of this host counts it, or there is only one sample yet.',
      width,
    ),
  ]
}

/** Breaks at blanks, into lines of at most `width` characters if the words allow it. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
