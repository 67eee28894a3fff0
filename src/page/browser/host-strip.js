// The host at a glance: one tile for each resource.

/** @import { LiveDocument } from '../live-document.ts' */
/** @import { LiveHistory } from './live-history.js' */
import { Chart } from '../../ui/browser/chart.js'
import { byId, element } from '../../ui/browser/element.js'
import { bytes, count, counted, percent, rate } from '../../ui/browser/format.js'
import { Tile } from '../../ui/browser/tile.js'
import { spanSeconds } from './live-history.js'
import { classes } from './view-state.js'

/** @param {number | null} run as in /sys/kernel/mm/ksm/run */
function ksmState(run) {
  if (run === null) return '–'
  return run === 1 ? 'merging' : run === 2 ? 'unmerged' : 'stopped'
}

/**
 * The text with spaces and hyphens at which no line ends.
 * @param {string} text
 */
const unbroken = (text) => text.replaceAll(' ', '\u00a0').replaceAll('-', '\u2011')

export class HostStrip {
  #vms = new Tile('Virtual machines', 'Processes that run a KVM guest, by class')
  #switches = new Tile(
    'Exits/s of all VMs',
    'Exits per second: those handled in KVM and those handed to QEMU',
  )
  #cpu = new Tile(
    'CPU',
    'Busy: share of the time of all CPUs in which they were not idle. Run delay: share of the time that the VMs were ready to run in which they waited for a CPU',
  )
  #memory = new Tile(
    'Memory',
    'In use: everything except what the kernel could give to programs without swapping',
  )
  #hugePages = new Tile('Huge pages', 'Use of the pools of huge pages, by page size')
  #ksm = new Tile('KSM', 'Kernel samepage merging: the kernel keeps identical pages of all VMs only once')
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
      spanSeconds,
      format: rate,
      // Short, so that the legend of the narrow tile fits on one line; the tooltip has the full terms.
      lines: [
        { title: 'in KVM', colour: '--in-kvm', isFilled: true },
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
    const byClass = classes.map((name) =>
      unbroken(`${count(vms.filter((vm) => vm.class === name).length)} ${name}`),
    )
    this.#vms.show(count(vms.length), `${counted(vcpus, 'vCPU')} · ${byClass.join(' · ')}`)

    const inKvm = history.host.kernelSwitches.at(-1) ?? null
    const toQemu = history.host.userspaceSwitches.at(-1) ?? null
    this.#switches.show(
      inKvm === null || toQemu === null ? '–' : rate(inKvm + toQemu),
      inKvm === null || toQemu === null || inKvm + toQemu === 0
        ? ''
        : `${percent(inKvm / (inKvm + toQemu))} handled in KVM`,
      { why: missing.exits },
    )
    this.#chart.show(history.at, [history.host.kernelSwitches, history.host.userspaceSwitches])

    this.#cpu.show(
      percent(host.cpuBusy),
      `${host.cpus === null ? '' : `of ${counted(host.cpus, 'CPU')} `}busy · run delay of the VMs ${percent(host.runDelay)}`,
      { share: host.cpuBusy, why: missing.cpuTime },
    )
    this.#showMemory(host.memory, missing.memory)
    this.#showHugePages(host.hugePages, missing.hugePages)
    this.#ksm.show(
      ksmState(host.ksm.run),
      host.ksm.pagesSharing === null ? 'not available' : `${counted(host.ksm.pagesSharing, 'page')} saved`,
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
      totalBytes === null ? 'not available' : `of ${bytes(totalBytes)} in use${swap}`,
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
        why === undefined ? 'no pool' : 'not available',
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
