// The report as Markdown, with the tables of the HTML and the values of its plots left out.
import type { Cell, Section, Table } from '../content/section.ts'
import { sectionsOf, titleOf } from '../content/sections.ts'
import type { Report } from '../document.ts'
import { timeText } from '../format.ts'

export function markdownReport(report: Report): string {
  const made = `Made by kvminfo ${report.version} on ${timeText(report.generated)} UTC.`
  return [
    `# ${plain(titleOf(report))}`,
    made,
    ...sectionsOf(report).flatMap((section) => sectionText(section, 2)),
  ]
    .join('\n\n')
    .concat('\n')
}

function sectionText({ title, texts, figures, tables, sections = [] }: Section, level: number): string[] {
  return [
    `${'#'.repeat(level)} ${plain(title)}`,
    ...texts.map(plain),
    ...figures.map(({ title: name, description }) => `${plain(name)}: ${plain(description)}`),
    ...tables.map(tableText),
    ...sections.flatMap((below) => sectionText(below, level + 1)),
  ]
}

function tableText({ caption, columns, rows, empty }: Table): string {
  if (rows.length === 0) return `**${plain(caption)}:** ${plain(empty)}`
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const text = (cell: Cell) => plain(typeof cell === 'string' ? cell : cell.text)
  return [
    `**${plain(caption)}**\n`,
    line(columns.map(({ name }) => plain(name))),
    line(columns.map(({ isNumber }) => (isNumber ? '---:' : '---'))),
    ...rows.map((row) => line(row.map(text))),
  ].join('\n')
}

/** Nothing in a text is markup: names of VMs may be anything. */
const plain = (text: string): string =>
  text.replaceAll(/[\p{C}\s]+/gu, ' ').replaceAll(/[\\`*_{}[\]<>|#~&!$]/g, (character) => `\\${character}`)
