// Plots as SVG inside the page. Scales and shapes are computed by d3, which needs no browser for that.
import { type ScaleTime, scaleLinear, scaleUtc } from 'd3-scale'
import { area, line, stack } from 'd3-shape'
import { type Html, html } from '../../ui/html.ts'
import type { LinePlot, RangePlot, StackPlot } from '../content/section.ts'

export interface Naming {
  readonly id: string
  readonly title: string
  readonly description: string
}

const width = 560
const [top, right, bottom, left] = [10, 74, 24, 64]
const dashes = { solid: 'none', dashed: '7 4', dotted: '2 3' } as const
const [ink, soft, grid, warning] = ['#0b4f9e', '#4d5967', '#d5dce3', '#a33a00']

export function plotSvg(plot: LinePlot | RangePlot | StackPlot, naming: Naming): Html {
  switch (plot.kind) {
    case 'lines':
      return linesSvg(plot, naming)
    case 'ranges':
      return rangesSvg(plot, naming)
    case 'stack':
      return stackSvg(plot, naming)
  }
}

/** Coordinates need no more digits. */
const px = (value: number): string => String(Math.round(value * 10) / 10)

function frame(height: number, { id, title, description }: Naming, content: readonly Html[]): Html {
  return html`<svg viewBox="0 0 ${px(width)} ${px(height)}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title>
<desc id="${id}-d">${description}</desc>
${content}</svg>`
}

const label = (
  x: number,
  y: number,
  text: string,
  anchor: 'start' | 'middle' | 'end',
  colour = '#17212b',
): Html => html`<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" fill="${colour}">${text}</text>\n`

const rule = (x1: number, y1: number, x2: number, y2: number, colour = grid, dash = 'none'): Html =>
  html`<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${colour}" stroke-dasharray="${dash}"/>\n`

interface Scale {
  (value: number): number
  ticks(count: number): number[]
}

function axes(
  x: ScaleTime<number, number>,
  y: Scale,
  height: number,
  text: (value: number) => string,
): Html[] {
  const dates = x.ticks(5)
  const format = new Intl.DateTimeFormat('en', { timeZone: 'UTC', month: 'short', day: 'numeric' })
  return [
    ...y
      .ticks(4)
      .flatMap((value) => [
        rule(left, y(value), width - right, y(value)),
        label(left - 6, y(value) + 4, text(value), 'end', soft),
      ]),
    ...dates.map((date) => label(x(date), height - 6, format.format(date), 'middle', soft)),
  ]
}

function linesSvg({ lines, limit, trend, text }: LinePlot, naming: Naming): Html {
  const height = 200
  const points = lines.flatMap((one) => one.points)
  const values = [
    ...points.flatMap(({ value }) => value ?? []),
    ...trend.map(({ value }) => value),
    ...(limit === undefined ? [] : [limit.value]),
  ]
  const times = [...points, ...trend].map(({ time }) => time)
  if (times.length === 0 || values.length === 0) return noData(naming)
  const [first, last] = extent(times)
  const x = scaleUtc([first, last], [left, width - right])
  const y = scaleLinear([Math.min(0, ...values), Math.max(...values) * 1.05 || 1], [height - bottom, top])
  const path = line<{ time: number; value: number | null }>()
    .defined(({ value }) => value !== null)
    .x(({ time }) => x(time))
    .y(({ value }) => y(value!))
    .digits(1)
  const drawn = lines.map(
    ({ style, points: of }) =>
      html`<path d="${path(of) ?? ''}" fill="none" stroke="${ink}" stroke-width="${style === 'solid' ? '2' : '1.5'}" stroke-dasharray="${dashes[style]}"/>\n`,
  )
  // A day between two gaps is a line without length, so every known day also is a dot.
  const dots = lines.flatMap(({ style, points: of }) =>
    style === 'solid'
      ? of.flatMap(({ time, value }) =>
          value === null
            ? []
            : [html`<circle cx="${px(x(time))}" cy="${px(y(value))}" r="2" fill="${ink}"/>\n`],
        )
      : [],
  )
  const ends = lines.flatMap(({ name, points: of }) => {
    const end = of.findLast(({ value }) => value !== null)
    return end === undefined ? [] : [{ name, y: y(end.value!) + 4, colour: ink }]
  })
  if (limit !== undefined) ends.push({ name: limit.name, y: y(limit.value) + 4, colour: warning })
  return frame(height, naming, [
    ...axes(x, y, height, text),
    ...(limit === undefined
      ? []
      : [rule(left, y(limit.value), width - right, y(limit.value), warning, '9 3 2 3')]),
    ...(trend.length === 0
      ? []
      : [
          html`<path d="${path(trend) ?? ''}" fill="none" stroke="${soft}" stroke-width="1.5" stroke-dasharray="${dashes.dashed}"/>\n`,
        ]),
    ...drawn,
    ...dots,
    ...apart(ends).map(({ name, y: at, colour }) => label(width - right + 8, at, name, 'start', colour)),
    ...(trend.length === 0 ? [] : [label(x((first + last) / 2), top + 2, '– – trend', 'middle', soft)]),
  ])
}

/** Moves labels that would cover each other. */
function apart<Of extends { readonly y: number }>(labels: readonly Of[]): Of[] {
  let before = Number.NEGATIVE_INFINITY
  return labels
    .toSorted((a, b) => a.y - b.y)
    .map((one) => {
      before = Math.max(one.y, before + 13)
      return { ...one, y: before }
    })
}

function rangesSvg({ rows, wholeName, rangeName, text }: RangePlot, naming: Naming): Html {
  const [rowHeight, names] = [24, 150]
  const height = rows.length * rowHeight + 44
  const x = scaleLinear(
    [0, Math.max(...rows.map(({ whole, high }) => Math.max(whole, high)))],
    [names, width - 20],
  )
  const bars = rows.flatMap(({ name, whole, low, high }, index) => {
    const y = 8 + index * rowHeight
    return [
      label(names - 8, y + 13, shortened(name, 22), 'end'),
      html`<rect x="${px(names)}" y="${px(y + 3)}" width="${px(x(whole) - names)}" height="13" fill="#d9e6f5" stroke="${ink}"/>\n`,
      // The range: a bar from its lower to its upper bound, with a mark at each end.
      html`<path d="M${px(x(low))} ${px(y)}v19M${px(x(high))} ${px(y)}v19M${px(x(low))} ${px(y + 9.5)}H${px(x(high))}" fill="none" stroke="${warning}" stroke-width="2.5"/>\n`,
    ]
  })
  const end = height - 22
  return frame(height, naming, [
    ...bars,
    ...x.ticks(5).map((value) => label(x(value), end, text(value), 'middle', soft)),
    label(names, height - 5, `▭ ${wholeName}, vCPUs    ├┤ ${rangeName}`, 'start'),
  ])
}

const shortened = (text: string, most: number): string => {
  const characters = [...text]
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`
}

/** Dark to light in the order of the stack, so that they differ without colour. */
const shades = ['#7a1f00', '#b8860b', '#2f5fb3', '#8fc3a0', '#dfe5ea']

function stackSvg({ names, days }: StackPlot, naming: Naming): Html {
  const height = 200
  if (days.length === 0) return noData(naming)
  const series = stack<{ time: number; counts: readonly number[] }, number>()
    .keys(names.map((_, index) => index))
    .value(({ counts }, key) => counts[key]!)([...days])
  const most = Math.max(1, ...days.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0)))
  const [first, last] = extent(days.map(({ time }) => time))
  const x = scaleUtc([first, last], [left, width - right - 14])
  const y = scaleLinear([0, most], [height - bottom, top])
  const shape = area<{ 0: number; 1: number; data: { time: number } }>()
    .x(({ data }) => x(data.time))
    .y0((pair) => y(pair[0]))
    .y1((pair) => y(pair[1]))
    .digits(1)
  const bands = series.map(
    (one, index) =>
      html`<path d="${shape(one) ?? ''}" fill="${shades[index]!}" stroke="#fff" stroke-width="1"/>\n`,
  )
  const ends = series.flatMap((one, index) => {
    const end = one.at(-1)!
    return end[1] > end[0] ? [{ name: names[index]!, y: y((end[0] + end[1]) / 2) + 4 }] : []
  })
  return frame(height, naming, [
    ...axes(x, y, height, (value) => (Number.isInteger(value) ? String(value) : '')),
    ...bands,
    ...apart(ends).map(({ name, y: at }) => label(width - right - 8, at, name, 'start')),
  ])
}

function noData(naming: Naming): Html {
  return frame(40, naming, [label(left, 24, 'No data.', 'start', soft)])
}

const extent = (values: readonly number[]): [number, number] => {
  const first = values.reduce((a, b) => Math.min(a, b))
  const last = values.reduce((a, b) => Math.max(a, b))
  return [first, last === first ? first + 1 : last]
}
