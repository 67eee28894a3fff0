// A chart of the last minutes, drawn by uPlot in the colours of the page, which follow the system's theme.
import { element } from './element.js'
import { unknown } from './format.js'
import uPlot from './uplot.js'

const darkTheme = window.matchMedia('(prefers-color-scheme: dark)')

/**
 * @typedef {object} ChartLine
 * @property {string} title
 * @property {string} colour name of a custom property in the style sheet, such as --cpu
 * @property {boolean} [isFilled]
 */

/**
 * @typedef {object} ChartOptions
 * @property {readonly ChartLine[]} lines
 * @property {number} height pixels
 * @property {number} spanSeconds length of the time axis, which ends at the last sample
 * @property {(value: number) => string} format
 * @property {number} [max] top of the scale; by default the highest value
 * @property {readonly { readonly at: number, readonly colour: string }[]} [marks] dashed horizontal lines, such as
 *   thresholds
 * @property {boolean} [isByTurns] each time has a value of one line only: points mark the values, and the legend shows the
 *   last known one
 */

/** @param {string} name */
const colourOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

export class Chart {
  #place
  #options
  /** @type {uPlot.AlignedData} */
  #data = [[]]
  /** @type {uPlot | undefined} */
  #plot

  /**
   * @param {HTMLElement} place for the drawing, which follows its width
   * @param {ChartOptions} options
   */
  constructor(place, options) {
    this.#place = place
    this.#options = options
    new ResizeObserver(() => this.#resize()).observe(place)
    darkTheme.addEventListener('change', this.#rebuild)
  }

  /**
   * @param {readonly number[]} at seconds since the Unix epoch
   * @param {readonly (readonly (number | null)[])[]} lines the values of each line, in the order of the options; null leaves a
   *   gap
   */
  show(at, lines) {
    // @ts-expect-error uPlot's type requires mutable arrays, but it does not change them
    this.#data = [at, ...lines]
    this.#plot?.setData(this.#data)
  }

  close() {
    darkTheme.removeEventListener('change', this.#rebuild)
    this.#plot?.destroy()
    this.#plot = undefined
  }

  #resize() {
    const { clientWidth: width } = this.#place
    if (width === 0) return
    if (this.#plot === undefined) this.#plot = this.#build(width)
    else if (this.#plot.width !== width) this.#plot.setSize({ width, height: this.#options.height })
  }

  #rebuild = () => {
    this.#plot?.destroy()
    this.#plot = undefined
    this.#resize()
  }

  /** @param {number} width */
  #build(width) {
    const { lines, height, spanSeconds, format, max, marks = [], isByTurns = false } = this.#options
    const soft = colourOf('--soft')
    const grid = { stroke: colourOf('--line'), width: 1 }
    /** @type {uPlot.Axis} */
    const axis = { stroke: soft, font: '11px system-ui, sans-serif', grid, ticks: { show: false } }
    return new uPlot(
      {
        width,
        height,
        padding: [8, 16, 0, 0],
        cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 6 } },
        legend: { markers: { width: 0, fill: (_plot, index) => colourOf(lines[index - 1]?.colour ?? '') } },
        scales: {
          x: { range: (_plot, _from, to) => [to - spanSeconds, to] },
          y: { range: (_plot, _from, to) => [0, max ?? (to > 0 ? to * 1.1 : 1)] },
        },
        axes: [
          { ...axis, size: 22, space: 50, incrs: timeSteps, values: (_plot, times) => times.map(shortTime) },
          { ...axis, size: 46, space: 24, values: (_plot, values) => values.map(format) },
        ],
        series: [
          { value: (_plot, at) => (at === null ? '' : new Date(at * 1000).toLocaleTimeString('en-GB')) },
          ...lines.map(({ title, colour, isFilled }) => ({
            label: title,
            stroke: colourOf(colour),
            width: 1.5,
            points: isByTurns ? { show: true, size: 5, fill: colourOf(colour) } : { show: false },
            // The colours in the style sheet are #rrggbb; the two digits added here are the opacity.
            ...(isFilled && { fill: `${colourOf(colour)}26` }),
            value: (
              /** @type {uPlot} */ plot,
              /** @type {number | null} */ value,
              /** @type {number} */ line,
              /** @type {number | null} */ index,
            ) => {
              // Without a cursor, the last value is shown.
              const values = plot.data[line] ?? []
              const last = isByTurns ? Array.from(values).findLast((one) => one !== null) : values.at(-1)
              const shown = index === null ? last : value
              return shown === null || shown === undefined ? unknown : format(shown)
            },
          })),
        ],
        hooks: { draw: [(plot) => drawAcross(plot, marks)] },
      },
      this.#data,
      this.#place,
    )
  }
}

/** Between two labels of the time axis, seconds: the first that leaves enough room is used. */
const timeSteps = [60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400]

/** @param {number} at */
const shortTime = (at) =>
  new Date(at * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

/**
 * @param {uPlot} plot
 * @param {NonNullable<ChartOptions['marks']>} marks
 */
function drawAcross(plot, marks) {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.setLineDash([4, 4])
  for (const { at, colour } of marks) {
    const y = Math.round(plot.valToPos(at, 'y', true)) + 0.5
    ctx.strokeStyle = colourOf(colour)
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.restore()
}

/**
 * A figure with a caption and a place for a chart.
 * @param {string} title
 */
export function chartPlace(title) {
  const place = element('div', { class: 'chart' })
  return { figure: element('figure', {}, element('figcaption', {}, title), place), place }
}
