// The panel beside the table: one VM with everything that is known about it.

/** @import { LiveDocument, LiveVmDetail } from '../live-document.ts' */
import { byId, element, setText } from '../../ui/browser/element.js'
import { fetchJson } from '../../ui/browser/polling.js'
import { server } from './server.js'
import { VmCharts } from './vm-charts.js'
import { costlyDevices, devices, exitMix, facts, timeSplit, vcpuTable, verdict } from './vm-facts.js'

export class Detail {
  #place = byId('detail')
  #content = element('div')
  #name = element('h2')
  /** @type {{ label: string, pid: number, charts: VmCharts } | undefined} */
  #shown
  /** @type {Element | null} the element that had the focus before */
  #before = null

  /** @param {() => void} onClose */
  constructor(onClose) {
    const close = element(
      'button',
      { type: 'button', class: 'close', 'aria-label': 'Close', title: 'Close (Esc)' },
      '×',
    )
    close.addEventListener('click', onClose)
    this.#place.append(element('div', { class: 'head' }, this.#name, close), this.#content)
  }

  /**
   * Shows the VM with this label as of the last answer; without a label, closes the panel.
   * @param {string | undefined} label
   * @param {LiveDocument} answer
   */
  async show(label, answer) {
    if (label === undefined) {
      this.#close()
      return
    }
    const vm = answer.vms.find((one) => one.label === label)
    const isNew = this.#shown?.label !== label || (vm !== undefined && this.#shown.pid !== vm.pid)
    if (isNew) this.#open(label, vm?.pid ?? 0, answer)
    if (vm === undefined) {
      this.#say('This VM is not running.')
      return
    }
    try {
      /** @type {LiveVmDetail} */
      const detail = await fetchJson(`api/v1/live/vms/${vm.pid}`, server)
      if (this.#shown?.pid === vm.pid) this.#fill(detail, answer)
    } catch (error) {
      if (this.#shown?.pid === vm.pid) this.#say(error instanceof Error ? error.message : String(error))
    }
  }

  /**
   * @param {string} label
   * @param {number} pid
   * @param {LiveDocument} answer
   */
  #open(label, pid, answer) {
    if (this.#place.hidden) this.#before = document.activeElement
    this.#shown?.charts.close()
    const charts = new VmCharts(answer.thresholds)
    this.#shown = { label, pid, charts }
    setText(this.#name, label)
    this.#content.replaceChildren(
      element('div', { class: 'facts' }),
      charts.element,
      element('div', { class: 'rest' }),
    )
    this.#place.hidden = false
    this.#place.scrollTop = 0
    this.#place.focus({ preventScroll: true })
  }

  #close() {
    if (this.#shown === undefined) return
    this.#shown.charts.close()
    this.#shown = undefined
    this.#place.hidden = true
    this.#content.replaceChildren()
    if (this.#before instanceof HTMLElement) this.#before.focus({ preventScroll: true })
  }

  /** @param {string} text */
  #say(text) {
    this.#content.querySelector('.facts')?.replaceChildren(element('p', { class: 'failure' }, text))
  }

  /**
   * @param {LiveVmDetail} detail
   * @param {LiveDocument} answer
   */
  #fill(detail, answer) {
    this.#shown?.charts.show(detail.history)
    // Text that somebody has selected to copy would be lost.
    const selection = getSelection()
    if (selection?.isCollapsed === false && selection.containsNode(this.#content, true)) return
    this.#content.querySelector('.facts')?.replaceChildren(verdict(detail, answer), facts(detail))
    this.#content
      .querySelector('.rest')
      ?.replaceChildren(
        ...costlyDevices(detail),
        ...exitMix(detail, answer),
        ...timeSplit(detail),
        ...vcpuTable(detail),
        ...devices(detail),
      )
  }
}
