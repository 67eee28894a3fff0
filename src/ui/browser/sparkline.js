// A small line of the last minutes. It is an SVG path, so it is sharp at every size and the style sheet sets its colour.

const svg = 'http://www.w3.org/2000/svg'
const width = 100
const height = 20

export class Sparkline {
  element = document.createElementNS(svg, 'svg')
  #path = document.createElementNS(svg, 'path')

  constructor() {
    this.element.setAttribute('viewBox', `0 0 ${width} ${height}`)
    this.element.setAttribute('preserveAspectRatio', 'none')
    this.element.setAttribute('class', 'sparkline')
    this.element.setAttribute('aria-hidden', 'true')
    this.element.append(this.#path)
  }

  /**
   * @param {readonly number[]} at times in seconds, ascending
   * @param {readonly (number | null)[]} values one for each time; null leaves a gap
   * @param {object} scale
   * @param {number} scale.spanSeconds length of the time axis, which ends at the last time
   * @param {number} scale.maxGapSeconds the line is broken between two times that are further apart
   * @param {number} [scale.max] value at the top, 0 is at the bottom; by default the highest value
   */
  draw(
    at,
    values,
    {
      spanSeconds,
      maxGapSeconds,
      max = values.reduce((/** @type {number} */ high, value) => Math.max(high, value ?? 0), 0),
    },
  ) {
    const end = at.at(-1) ?? 0
    let path = ''
    let last = Number.NEGATIVE_INFINITY
    values.forEach((value, index) => {
      const time = at[index] ?? 0
      if (value === null) return
      const x = width - ((end - time) / spanSeconds) * width
      const y = height - 1 - (max > 0 ? Math.min(1, value / max) : 0) * (height - 2)
      const isBroken = time - last > maxGapSeconds || values[index - 1] === null
      path += `${isBroken ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
      last = time
    })
    this.#path.setAttribute('d', path)
  }
}
