// The last minutes of one VM as charts.

/** @import { LiveDocument, LiveVmDetail } from '../live-document.ts' */
import { Chart, chartPlace } from '../../ui/browser/chart.js'
import { element } from '../../ui/browser/element.js'
import { plain, rate } from '../../ui/browser/format.js'
import { spanSeconds } from './live-history.js'

export class VmCharts {
  #charts
  element = element('div', { class: 'charts' })

  /** @param {LiveDocument['thresholds']} thresholds */
  constructor(thresholds) {
    /**
     * @param {string} title
     * @param {Omit<import('../../ui/browser/chart.js').ChartOptions, 'height' | 'spanSeconds'>} options
     */
    const chart = (title, options) => {
      const { figure, place } = chartPlace(title)
      this.element.append(figure)
      return new Chart(place, { height: 116, spanSeconds, ...options })
    }
    this.#charts = {
      switches: chart('Exits per second', {
        format: rate,
        lines: [
          { title: 'handled in KVM', colour: '--in-kvm', isFilled: true },
          { title: 'handed to QEMU', colour: '--to-qemu', isFilled: true },
        ],
      }),
      ratio: chart('Root-mode switch ratio, with the thresholds of emulated-io and near-native', {
        format: (value) => value.toFixed(2),
        max: 1,
        lines: [{ title: 'ratio', colour: '--ratio' }],
        marks: [
          { at: thresholds.emulatedIo, colour: '--to-qemu' },
          { at: thresholds.nearNative, colour: '--good' },
        ],
      }),
      time: chart('Seconds per second, all vCPUs', {
        format: plain,
        lines: [
          { title: 'CPU', colour: '--cpu', isFilled: true },
          { title: 'run delay', colour: '--wait' },
          { title: 'waiting for QEMU', colour: '--to-qemu' },
        ],
      }),
    }
  }

  /** @param {LiveVmDetail['history']} history */
  show({ at, kernelSwitches, userspaceSwitches, ratio, cpu, runDelaySeconds, userspaceWaitSeconds }) {
    this.#charts.switches.show(at, [kernelSwitches, userspaceSwitches])
    this.#charts.ratio.show(at, [ratio])
    this.#charts.time.show(at, [cpu, runDelaySeconds, userspaceWaitSeconds])
  }

  close() {
    for (const chart of Object.values(this.#charts)) chart.close()
  }
}
