// The host at a glance: one tile for each thing that runs out.

/** @import { LiveDocument } from '../live-document.ts' */
/** @import { LiveHistory } from './live-history.js' */
import { Chart } from '../../ui/browser/chart.js'
import { byId, element, setAttribute, setText } from '../../ui/browser/element.js'
import { bytes, count, counted, percent, rate } from '../../ui/browser/format.js'
import { classes } from './view-state.js'

class Tile {
  #figure = element('b')
  #note = element('small')
  #bar = element('meter', { min: '0', max: '1' })
  element

  #hint

  /**
   * @param {string} title
   * @param {string} hint what its figures are, for who points at it
   */
  constructor(title, hint) {
    this.#hint = hint
    this.#bar.hidden = true
    this.#bar.setAttribute('aria-label', title)
    this.element = element(
      'div',
      { class: 'tile' },
      element('h2', {}, title),
      this.#figure,
      this.#bar,
      this.#note,
    )
  }

  /**
   * @param {string} figure
   * @param {string} note
   * @param {{ readonly share?: number | null, readonly why?: string | undefined }} [more]
   */
  show(figure, note, { share = null, why } = {}) {
    setText(this.#figure, figure)
    setText(this.#note, note)
    setAttribute(this.element, 'title', why ?? this.#hint)
    this.#bar.hidden = share === null
    if (share !== null) this.#bar.value = share
  }
}

/** @param {number | null} run of KSM */
function ksmState(run) {
  if (run === null) return '–'
  return run === 1 ? 'merging' : run === 2 ? 'unmerged' : 'stopped'
}

export class HostStrip {
  #vms = new Tile('Virtual machines', 'Processes that run a KVM guest, by class')
  #switches = new Tile(
    'Switches/s of all VMs',
    'Exits per second: those that KVM handles itself, and those that go to QEMU',
  )
  #cpu = new Tile(
    'CPU',
    'Busy: of the time of all CPUs, that in which they were not idle. Run delay: of the time that the VMs wanted to run, that in which they waited for a CPU',
  )
  #memory = new Tile('Memory', 'In use: all but what the kernel could give to programs without swapping')
  #hugePages = new Tile('Huge pages', 'Of the pools set aside for huge pages, what is taken; by page size')
  #ksm = new Tile('KSM', 'Kernel same-page merging: pages that hold the same, of all VMs, are kept once')
  #chart

  constructor() {
    const place = element('div', { class: 'chart' })
    this.#switches.element.classList.add('charted')
    this.#switches.element.append(place)
    byId('host').append(
      ...[this.#vms, this.#cpu, this.#memory, this.#hugePages, this.#ksm, this.#switches].map(
        (tile) => tile.element,
      ),
    )
    this.#chart = new Chart(place, {
      height: 88,
      format: rate,
      lines: [
        { title: 'inside KVM', colour: '--in-kvm', isFilled: true },
        { title: 'to QEMU', colour: '--to-qemu', isFilled: true },
      ],
    })
  }

  /**
   * @param {LiveDocument} answer
   * @param {LiveHistory} history
   */
  show({ host, vms, missing }, history) {
    const vcpus = vms.reduce((sum, vm) => sum + vm.vcpus, 0)
    const byClass = classes.map((name) => `${count(vms.filter((vm) => vm.class === name).length)} ${name}`)
    this.#vms.show(count(vms.length), `${counted(vcpus, 'vCPU')} · ${byClass.join(' · ')}`)

    const inKvm = history.host.kernelSwitches.at(-1) ?? null
    const toQemu = history.host.userspaceSwitches.at(-1) ?? null
    this.#switches.show(
      inKvm === null || toQemu === null ? '–' : rate(inKvm + toQemu),
      inKvm === null || toQemu === null || inKvm + toQemu === 0
        ? ''
        : `${percent(inKvm / (inKvm + toQemu))} stay inside KVM`,
      { why: missing.exits },
    )
    this.#chart.show(history.at, [history.host.kernelSwitches, history.host.userspaceSwitches])

    this.#cpu.show(
      percent(host.cpuBusy),
      `busy${host.cpus === null ? '' : ` of ${counted(host.cpus, 'CPU')}`} · run delay of the VMs ${percent(host.runDelay)}`,
      { share: host.cpuBusy, why: missing.cpuTime },
    )
    this.#showMemory(host.memory, missing.memory)
    this.#showHugePages(host.hugePages, missing.hugePages)
    this.#ksm.show(
      ksmState(host.ksm.run),
      host.ksm.pagesSharing === null ? 'not to be had' : `${counted(host.ksm.pagesSharing, 'page')} saved`,
      { why: missing.ksm },
    )
  }

  /**
   * @param {LiveDocument['host']['memory']} memory
   * @param {string | undefined} why
   */
  #showMemory({ totalBytes, availableBytes, swapTotalBytes, swapFreeBytes }, why) {
    const used = totalBytes === null || availableBytes === null ? null : totalBytes - availableBytes
    const swap =
      swapTotalBytes === null || swapFreeBytes === null || swapTotalBytes === 0
        ? ''
        : ` · swap ${bytes(swapTotalBytes - swapFreeBytes)} of ${bytes(swapTotalBytes)}`
    this.#memory.show(
      bytes(used),
      totalBytes === null ? 'not to be had' : `of ${bytes(totalBytes)} in use${swap}`,
      { share: used === null || totalBytes === null ? null : used / totalBytes, why },
    )
  }

  /**
   * @param {LiveDocument['host']['hugePages']} pools
   * @param {string | undefined} why
   */
  #showHugePages(pools, why) {
    const filled = pools.filter(({ totalBytes }) => totalBytes > 0)
    const total = filled.reduce((sum, { totalBytes }) => sum + totalBytes, 0)
    const free = filled.reduce((sum, { freeBytes }) => sum + freeBytes, 0)
    if (total === 0) {
      this.#hugePages.show(
        why === undefined ? 'none' : '–',
        why === undefined ? 'no pool' : 'not to be had',
        { why },
      )
      return
    }
    const each = filled.map(
      ({ pageBytes, totalBytes, freeBytes }) =>
        `${bytes(pageBytes)}: ${bytes(totalBytes - freeBytes)} of ${bytes(totalBytes)}`,
    )
    const note = [`of ${bytes(total)} in use`, ...(each.length > 1 ? each : [])].join(' · ')
    this.#hugePages.show(bytes(total - free), note, { share: 1 - free / total, why })
  }
}
