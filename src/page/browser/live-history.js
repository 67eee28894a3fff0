// The last minutes, collected from the part that each answer adds.

/** @import { LiveDocument, LiveVm } from '../live-document.ts' */

/** How far back the page's histories and charts reach. */
export const spanSeconds = 300

/**
 * @typedef {object} VmLines
 * @property {(number | null)[]} ratio
 * @property {(number | null)[]} switches
 */

/**
 * A process ID may be reused, so the start time is part of the key.
 * @param {LiveVm} vm
 */
const keyOf = ({ pid, startedAt }) => `${pid}:${startedAt}`

/**
 * @param {(number | null)[]} line
 * @param {readonly (number | null)[]} added
 * @param {number} dropped how many points to remove from the beginning
 */
function extend(line, added, dropped) {
  line.push(...added)
  line.splice(0, dropped)
}

export class LiveHistory {
  /** @type {number[]} seconds since the Unix epoch */
  at = []
  host = {
    /** @type {(number | null)[]} */ kernelSwitches: [],
    /** @type {(number | null)[]} */ userspaceSwitches: [],
  }
  /** @type {Map<string, VmLines>} */
  #vms = new Map()

  /** @param {LiveDocument} answer */
  add(answer) {
    const { at, kernelSwitches, userspaceSwitches } = answer.history
    const known = this.at.length
    this.at.push(...at)
    const dropped = this.at.findIndex((time) => time > answer.at - spanSeconds)
    this.at.splice(0, dropped)
    extend(this.host.kernelSwitches, kernelSwitches, dropped)
    extend(this.host.userspaceSwitches, userspaceSwitches, dropped)

    const vms = new Map()
    for (const vm of answer.vms) {
      const key = keyOf(vm)
      const lines = this.#vms.get(key) ?? {
        ratio: new Array(known).fill(null),
        switches: new Array(known).fill(null),
      }
      extend(lines.ratio, vm.history.ratio, dropped)
      extend(lines.switches, vm.history.switches, dropped)
      vms.set(key, lines)
    }
    this.#vms = vms
  }

  /**
   * @param {LiveVm} vm of the last answer
   * @returns {VmLines}
   */
  of(vm) {
    return this.#vms.get(keyOf(vm)) ?? { ratio: [], switches: [] }
  }
}
