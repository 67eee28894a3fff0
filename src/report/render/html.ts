// The report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere. Its content security
// policy forbids all of that, so a hostile name of a VM could not load anything even if it became markup.
import { createHash } from 'node:crypto'
import { type Html, html } from '../../ui/html.ts'
import type { Cell, Figure, Section, Table } from '../content/section.ts'
import { sectionsOf, titleOf } from '../content/sections.ts'
import type { Report } from '../document.ts'
import { timeText } from '../format.ts'
import { plotSvg } from './plots.ts'
import { stylesheet } from './stylesheet.ts'

export function htmlReport(report: Report): string {
  const sections = sectionsOf(report)
  const hash = createHash('sha256').update(stylesheet).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  const title = titleOf(report)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${title} · kvminfo</title>
<style>${raw(stylesheet)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p>Made by kvminfo ${report.version} on ${timeText(report.generated)} UTC.</p>
<nav aria-label="Contents"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${sections.map((section) => sectionHtml(section, 2))}</main>
</body>
</html>
`.toString()
}

/** Our own style sheet, whose hash is in the policy, so it must not change by a byte. */
const raw = (text: string): Html => html([text] as unknown as TemplateStringsArray)

function sectionHtml(section: Section, level: 2 | 3): Html {
  const { id, title, texts, figures, tables, sections = [] } = section
  const heading =
    level === 2 ? html`<h2 id="${id}-title">${title}</h2>` : html`<h3 id="${id}-title">${title}</h3>`
  return html`<section id="${id}" aria-labelledby="${id}-title">
${heading}
${texts.map((text) => html`<p>${text}</p>\n`)}<div class="figures">${figures.map((figure, index) => figureHtml(figure, `${id}-${index}`))}</div>
${tables.map(tableHtml)}${sections.map((below) => sectionHtml(below, 3))}</section>
`
}

function figureHtml({ title, description, plot, table }: Figure, id: string): Html {
  return html`<figure>
<figcaption>${title}</figcaption>
${plotSvg(plot, { id, title, description })}
<p>${description}</p>
${closed(`Values: ${table.caption}`, bareTable(table))}</figure>
`
}

function tableHtml(table: Table): Html {
  const { caption, rows, isLong = false } = table
  if (rows.length === 0) return html`<p><strong>${caption}:</strong> ${table.empty}</p>\n`
  return isLong ? closed(`${caption} (${String(rows.length)})`, bareTable(table)) : bareTable(table)
}

const closed = (title: string, content: Html): Html =>
  html`<details><summary>${title}</summary>\n${content}</details>\n`

function bareTable({ caption, columns, rows, empty }: Table): Html {
  if (rows.length === 0) return html`<p>${empty}</p>\n`
  const cell = (value: Cell, index: number): Html => {
    const text = typeof value === 'string' ? value : value.text
    if (index === 0) return html`<th scope="row">${text}</th>`
    return columns[index]!.isNumber ? html`<td class="number">${text}</td>` : html`<td>${text}</td>`
  }
  const head = columns.map(({ name, isNumber }) =>
    isNumber ? html`<th scope="col" class="number">${name}</th>` : html`<th scope="col">${name}</th>`,
  )
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody>
</table></div>
`
}
