// A trial as a chart and figures: the cost without and with the change, while it is measured and afterwards.

/** @import { RunDocument } from '../../approve/documents.ts' */
import { Chart, chartPlace } from '../../../ui/browser/chart.js'
import { element } from '../../../ui/browser/element.js'
import { counted, percent, rate } from '../../../ui/browser/format.js'
import { plainText } from './plain-text.js'
import { linesOf, progressOf, resultOf, windowsOf } from './trial.js'

/** @type {Record<string, string>} */
const metricTitles = {
  'run-delay': 'Share of time in which the VM waits for a CPU',
  'userspace-per-byte': 'Userspace exits per MiB',
  'userspace-per-packet': 'Userspace exits per packet',
}

export class TrialView {
  element = element('div', { class: 'trial' })
  #figure
  #place
  #figures = element('div', { class: 'trial-figures' })
  /** @type {Chart | undefined} */
  #chart
  #span = 0

  /** @param {string} metric of the plan */
  constructor(metric) {
    this.metric = metric
    const { figure, place } = chartPlace(metricTitles[metric] ?? 'Cost per work done')
    this.#figure = figure
    this.#place = place
    this.element.append(figure, this.#figures)
  }

  /** @param {RunDocument} run */
  show({ windows, plan, state }) {
    const trial = plan?.trial ?? null
    const parsed = windowsOf(windows)
    const lines = linesOf(parsed, trial)
    this.#figure.hidden = lines === undefined
    if (lines !== undefined) {
      // The time axis of a chart is fixed; while a run holds, it becomes longer and longer.
      if (this.#chart === undefined || Math.abs(lines.spanSeconds / this.#span - 1) > 0.02) {
        this.#chart?.close()
        this.#place.replaceChildren()
        this.#span = lines.spanSeconds
        this.#chart = new Chart(this.#place, {
          height: 150,
          spanSeconds: lines.spanSeconds,
          format: this.#format,
          isByTurns: true,
          lines: [
            { title: 'without the change', colour: '--to-qemu' },
            { title: 'with the change', colour: '--in-kvm' },
          ],
        })
      }
      this.#chart.show(lines.at, [lines.without, lines.with])
    }
    const { without, with: withChange, skipped } = resultOf(parsed)
    const progress = state === 'measuring' ? progressOf(parsed, trial) : undefined
    this.#figures.replaceChildren()
    if (progress !== undefined) {
      const bar = element('meter', { min: '0', max: '1', 'aria-label': 'Progress of the trial' })
      bar.value = progress.share
      this.#figures.append(element('p', {}, progress.text), bar)
    }
    if (without !== null || withChange !== null) {
      this.#figures.append(
        element(
          'p',
          {},
          'Median: ',
          element('b', { class: 'without' }, this.#format(without)),
          ' without, ',
          element('b', { class: 'with' }, this.#format(withChange)),
          ' with the change',
        ),
      )
    }
    for (const [why, number] of skipped) {
      const verb = number === 1 ? 'does' : 'do'
      this.#figures.append(
        element('p', { class: 'soft' }, `${counted(number, 'window')} ${verb} not count: ${plainText(why)}`),
      )
    }
  }

  close() {
    this.#chart?.close()
    this.#chart = undefined
  }

  /** @param {number | null} value */
  #format = (value) => (this.metric === 'run-delay' ? percent(value) : rate(value))
}
