// The page with our figures beside the thesis's: Markdown, with a plot (SVG) for each finding.

import { type Html, html } from '../../../src/ui/html.ts'
import type { Finding } from './findings.ts'

export interface Machine {
  kernel: string
  runs: number
  date: string
  commit: string
}

/** The files of the page, by name. */
export function pageOf(findings: readonly Finding[], machine: Machine): Map<string, string> {
  const files = new Map<string, string>()
  const parts = findings.map((finding, at) => {
    const plot = `${at + 1}.svg`
    files.set(plot, barsOf(finding))
    return partOf(finding, plot)
  })
  files.set('README.md', `${head(findings, machine)}\n${parts.join('\n')}`)
  return files
}

function head(findings: readonly Finding[], { kernel, runs, date, commit }: Machine): string {
  const agree = findings.filter(({ holds }) => holds).length
  return `# The thesis's experiments, repeated

Chapters 3 and 7 of the thesis on this project's lab: ${agree} of ${findings.length} findings point in the direction of the thesis.

- **Machine:** an emulated KVM host (QEMU's software emulation of an AMD CPU, one CPU, Linux ${kernel}), real KVM guests in it. Counts come from \`/proc/kvminfo\`. Emulated time is not real time, so times are counts of instructions.
- **Runs:** ${runs}; the tables show the median and, in brackets, the lowest and the highest.
- **Repeat it:** \`npm run lab -- paper\` (made on ${date} at ${commit}).
- **The thesis:** Feng Hua, *KVM virtual machine performance: research and improvement*, Shenzhen University, 2018; real Intel servers, KVM of Linux 4.17.
`
}

function partOf(finding: Finding, plot: string): string {
  const number = (value: number): string => value.toFixed(finding.digits)
  const withThesis = finding.lines.some(({ thesis }) => thesis !== undefined)
  const titles = ['', ...(withThesis ? [`thesis (${finding.thesisUnit})`] : []), `here (${finding.ourUnit})`]
  const rows = finding.lines.map(({ name, thesis, ours }) => [
    name,
    ...(withThesis ? [thesis === undefined ? '–' : `${thesis}`] : []),
    `${number(ours.median)} (${number(ours.min)} to ${number(ours.max)})`,
  ])
  const table = [titles, titles.map((_, at) => (at === 0 ? '---' : '--:')), ...rows]
  return `## ${finding.title}

${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}

![The same figures as bars](${plot})

**${finding.holds ? 'Agrees' : 'Does not agree'}:** ${finding.direction}

${finding.remark}
`
}

const width = 640
const labelWidth = 210
const barHeight = 14

const px = (value: number): string => `${Math.round(value)}`

/** Each column's longest bar has the full length, because their units differ. */
function barsOf({ title, lines, digits }: Finding): string {
  const longest = {
    thesis: Math.max(...lines.map(({ thesis }) => thesis ?? 0)),
    ours: Math.max(...lines.map(({ ours }) => ours.median)),
  }
  let y = 6
  const bar = (value: number, of: number, fill: string, text: string): Html => {
    const length = of > 0 ? (value / of) * (width - labelWidth - 130) : 0
    const drawn = html`<rect x="${px(labelWidth)}" y="${px(y)}" width="${px(length)}" height="${px(barHeight)}" fill="${fill}"/><text x="${px(labelWidth + length + 6)}" y="${px(y + 11)}">${text}</text>`
    y += barHeight + 2
    return drawn
  }
  const groups = lines.map(({ name, thesis, ours }) => {
    const label = html`<text x="${px(labelWidth - 8)}" y="${px(y + 11)}" text-anchor="end">${name}</text>`
    const bars = [
      ...(thesis === undefined ? [] : [bar(thesis, longest.thesis, '#9aa5b1', `${thesis} thesis`)]),
      bar(ours.median, longest.ours, '#2f6fab', `${ours.median.toFixed(digits)} here`),
    ]
    y += 6
    return html`${label}${bars}`
  })
  const size = html`width="${px(width)}" height="${px(y)}" viewBox="0 0 ${px(width)} ${px(y)}"`
  return `${html`<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${title}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${groups}</svg>`}\n`
}
