// One VM with everything: what it exits for, where its time goes, its vCPUs and devices.

/** @import { LiveDocument, LiveVmDetail } from '../live-document.ts' */
import { Chart, chartPlace } from './chart.js'
import { memoryInUse, schedulingText } from './columns.js'
import { byId, element, setText } from './element.js'
import { bytes, duration, percent, plain, rate, ratio, unknown } from './format.js'
import { fetchJson } from './polling.js'

export class Detail {
  #place = byId('detail')
  #content = element('div')
  #name = element('h2')
  /** @type {{ label: string, pid: number, charts: VmCharts } | undefined} */
  #shown
  /** @type {Element | null} where the focus was */
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
   * Shows the VM of this label as of the last answer, or nothing.
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
      this.#say('This VM does not run now.')
      return
    }
    try {
      /** @type {LiveVmDetail} */
      const detail = await fetchJson(`api/v1/live/vms/${vm.pid}`)
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
    // What somebody marks is to be copied, and would be gone.
    const selection = getSelection()
    if (selection?.isCollapsed === false && selection.containsNode(this.#content, true)) return
    this.#content.querySelector('.facts')?.replaceChildren(verdict(detail, answer), facts(detail))
    this.#content
      .querySelector('.rest')
      ?.replaceChildren(
        ...exitMix(detail, answer),
        ...timeSplit(detail),
        ...vcpuTable(detail),
        ...devices(detail),
      )
  }
}

class VmCharts {
  #charts
  element = element('div', { class: 'charts' })

  /** @param {LiveDocument['thresholds']} thresholds */
  constructor(thresholds) {
    /**
     * @param {string} title
     * @param {Omit<import('./chart.js').ChartOptions, 'height'>} options
     */
    const chart = (title, options) => {
      const { figure, place } = chartPlace(title)
      this.element.append(figure)
      return new Chart(place, { height: 116, ...options })
    }
    this.#charts = {
      switches: chart('Switches per second', {
        format: rate,
        lines: [
          { title: 'inside KVM', colour: '--in-kvm', isFilled: true },
          { title: 'to QEMU', colour: '--to-qemu', isFilled: true },
        ],
      }),
      ratio: chart('Root-mode switch ratio, with the thresholds of io and compute', {
        format: (value) => value.toFixed(2),
        max: 1,
        lines: [{ title: 'ratio', colour: '--ratio' }],
        marks: [
          { at: thresholds.io, colour: '--to-qemu' },
          { at: thresholds.compute, colour: '--in-kvm' },
        ],
      }),
      time: chart('Seconds per second, all vCPUs', {
        format: plain,
        lines: [
          { title: 'CPU', colour: '--cpu', isFilled: true },
          { title: 'run delay', colour: '--wait' },
          { title: 'QEMU wait', colour: '--to-qemu' },
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

/**
 * @param {LiveVmDetail} detail
 * @param {LiveDocument} answer
 */
function verdict({ vm }, { thresholds }) {
  const stay = `${ratio(vm.ratio)} of its switches stay inside KVM`
  const texts = {
    io: `${stay}, fewer than ${plain(thresholds.io)}: it loses its time in round trips to QEMU.`,
    mixed: `${stay}, between ${plain(thresholds.io)} and ${plain(thresholds.compute)}.`,
    compute: `${stay}, more than ${plain(thresholds.compute)}: near bare metal.`,
    idle: `Not judged: it makes ${rate(vm.switches)} switches a second, fewer than ${thresholds.activeSwitches}.`,
  }
  const name = vm.class ?? 'unknown'
  return element(
    'p',
    { class: 'verdict' },
    element('span', { class: 'content', 'data-class': name }, vm.class ?? unknown),
    ` ${vm.class === null ? 'Nothing is known of its exits yet.' : texts[vm.class]}`,
  )
}

/** @param {LiveVmDetail} detail */
function facts({ at, vm }) {
  const { maxBytes, balloonBytes, residentBytes, hugetlbBytes } = vm.memory
  /** @type {[string, string][]} */
  const pairs = [
    ['process', String(vm.pid)],
    ['running for', vm.startedAt === null ? unknown : duration(at - vm.startedAt)],
    ['UUID', vm.uuid ?? unknown],
    ['machine', vm.machine ?? unknown],
    ['memory given', bytes(maxBytes)],
    ['left by balloon', bytes(balloonBytes)],
    ['held on host', bytes(memoryInUse({ ...vm, history: { ratio: [], switches: [] } }))],
    ['of that huge', residentBytes === null ? unknown : bytes(hugetlbBytes)],
  ]
  return element(
    'dl',
    {},
    ...pairs.map(([term, text]) => element('div', {}, element('dt', {}, term), element('dd', {}, text))),
  )
}

/**
 * A table with a title; `numbers` says which columns are right-aligned.
 * @param {string} title
 * @param {readonly string[]} head
 * @param {readonly (readonly (Node | string)[])[]} rows
 * @param {readonly number[]} numbers
 */
function titledTable(title, head, rows, numbers) {
  const classOf = (/** @type {number} */ index) => (numbers.includes(index) ? { class: 'number' } : {})
  return [
    element('h3', {}, title),
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...head.map((text, index) => element('th', { scope: 'col', ...classOf(index) }, text)),
        ),
      ),
      element(
        'tbody',
        {},
        ...rows.map((cells) =>
          element('tr', {}, ...cells.map((cell, index) => element('td', classOf(index), cell))),
        ),
      ),
    ),
  ]
}

/** @param {number} share 0 to 1 */
function bar(share) {
  const filled = element('i')
  filled.style.width = `${(share * 100).toFixed(1)}%`
  return element('span', { class: 'share-bar' }, filled)
}

/**
 * @param {LiveVmDetail} detail
 * @param {LiveDocument} answer
 * @returns {Node[]}
 */
function exitMix({ exits: { seconds, reasons } }, { sources }) {
  if (seconds === null) return [element('h3', {}, 'Exits by reason'), element('p', {}, 'Not known yet.')]
  const title = `Exits by reason, last ${Math.round(seconds)} s`
  if (reasons === null) {
    const source = sources.find(({ fact, state }) => fact === 'exits' && state === 'in-use')?.source
    const why = `Only the module kvminfo counts exits by reason; exits are read from ${source ?? 'no source'}.`
    return [element('h3', {}, title), element('p', {}, why)]
  }
  const total = reasons.reduce((sum, { perSecond }) => sum + perSecond, 0)
  if (total === 0) return [element('h3', {}, title), element('p', {}, 'It did not exit.')]
  return titledTable(
    title,
    ['reason', 'per second', 'share', ''],
    reasons.map(({ reason, perSecond }) => [
      reason,
      rate(perSecond),
      percent(perSecond / total),
      bar(perSecond / total),
    ]),
    [1, 2],
  )
}

/**
 * @param {LiveVmDetail} detail
 * @returns {Node[]}
 */
function timeSplit({ exits: { kernelSeconds, haltSeconds, userspaceWaitSeconds } }) {
  if (kernelSeconds === null || haltSeconds === null || userspaceWaitSeconds === null) return []
  return titledTable(
    'Out of the guest, seconds per second of all vCPUs',
    ['handled inside KVM', 'waiting for QEMU', 'halted'],
    [[plain(kernelSeconds), plain(userspaceWaitSeconds), plain(haltSeconds)]],
    [0, 1, 2],
  )
}

/**
 * @param {LiveVmDetail} detail
 * @returns {Node[]}
 */
function vcpuTable({ vcpus }) {
  if (vcpus.length === 0) return []
  return titledTable(
    'vCPU threads',
    ['vCPU', 'thread', 'on CPU', 'policy', 'CPU', 'run delay'],
    vcpus.map(({ id, tid, lastCpu, cpu, runDelay, ...scheduling }) => [
      String(id),
      String(tid),
      String(lastCpu),
      schedulingText({ ...scheduling, vcpus: 1 }),
      plain(cpu),
      percent(runDelay),
    ]),
    [4, 5],
  )
}

/**
 * @param {LiveVmDetail} detail
 * @returns {Node[]}
 */
function devices({ vm: { disks, nics } }) {
  const emulatedBy = (/** @type {boolean} */ emulated) =>
    element(
      'span',
      { class: emulated ? 'device emulated' : 'device' },
      emulated ? 'emulated by QEMU' : 'not emulated',
    )
  const rows = [
    ...disks.map(({ device, bus, format, cache, emulated }) => [
      device,
      bus,
      [format, cache === null ? null : `cache ${cache}`].filter(Boolean).join(', ') || unknown,
      emulatedBy(emulated),
    ]),
    ...nics.map(({ device, model, vhost, emulated }) => [
      device,
      model,
      vhost === null ? unknown : vhost ? 'vhost' : 'no vhost',
      emulatedBy(emulated),
    ]),
  ]
  return rows.length === 0 ? [] : titledTable('Devices', ['device', 'kind', '', ''], rows, [])
}
