// The report for a terminal, at most 80 columns wide.
import type { Severity } from '../../model/finding.ts'
import type { Examination, Finding, NotChecked } from '../examine.ts'

const width = 80

/** SGR sequences of ECMA-48. */
const colours: Readonly<Record<Severity, string>> = { critical: '1;31', warning: '33', notice: '36' }

export interface TextOptions {
  readonly hasColour: boolean
  /** `1 VM`, for the last line. */
  readonly vms: number
}

export function textReport(examination: Examination, options: TextOptions): string {
  const { findings, notChecked } = examination
  const parts = findings.map((finding) => findingText(finding, options))
  if (notChecked.length > 0) parts.push(['Not checked:', ...notChecked.flatMap(notCheckedText)].join('\n'))
  return `${[...parts, summaryText(examination, options)].join('\n\n')}\n`
}

function findingText(
  { severity, item, what, why, fix, source }: Finding,
  { hasColour }: TextOptions,
): string {
  const word = severity.toUpperCase()
  const coloured = hasColour ? `\u001b[${colours[severity]}m${word}\u001b[0m` : word
  const title = `${word} ${visible(item)}`
  return [
    title.replace(word, coloured),
    ...wrapped(`${sentence(visible(what))}.`, '  ', '  '),
    ...wrapped(why, '  ', '  '),
    ...fix.flatMap((line, index) => fixText(visible(line), index === 0 ? '  fix: ' : '       ')),
    ...source.split('; ').map((line, index) => `  ${index === 0 ? 'see: ' : '     '}${line}`),
  ].join('\n')
}

/** A command is never broken: it is there to be copied. A long remark behind it gets lines of its own. */
function fixText(line: string, start: string): string[] {
  if (line.startsWith('#')) return wrapped(line, start, '       # ')
  const remark = start.length + line.length > width ? line.indexOf(' # ') : -1
  if (remark === -1) return [`${start}${line}`]
  return [`${start}${line.slice(0, remark)}`, ...wrapped(line.slice(remark + 1), '       ', '       # ')]
}

const notCheckedText = ({ check, vm, why }: NotChecked): string[] =>
  wrapped(`${check}${vm === undefined ? '' : ` of ${visible(vm)}`}: ${visible(why)}`, '  ', '    ')

function summaryText({ findings, notChecked, passed }: Examination, { vms }: TextOptions): string {
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length
  const notMade = new Set(notChecked.map(({ check }) => check)).size
  return [
    `${count('critical')} critical, ${plural(count('warning'), 'warning')}, ${plural(count('notice'), 'notice')}.`,
    `${plural(passed.length, 'check')} found nothing${notMade === 0 ? '' : `, ${notMade} could not be made`}. ${vms === 0 ? 'No VM runs' : plural(vms, 'VM')}.`,
  ].join('\n')
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Names of VMs may have any character: none may move the cursor, change the colour, or turn the line around. */
function visible(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD')
}

function wrapped(text: string, first: string, next: string): string[] {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line)
      line = next
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line]
}
