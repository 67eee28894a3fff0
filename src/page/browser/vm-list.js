// Which VMs are shown, in which order.

/** @import { LiveVm } from '../live-document.ts' */
/** @import { Column } from './columns.js' */
/** @import { ViewState } from './view-state.js' */
import { policyText } from './columns.js'

/**
 * Made once for each answer, and not for each key that is pressed.
 * @type {WeakMap<LiveVm, string>}
 */
const searchables = new WeakMap()

/**
 * Everything about a VM that a word of the filter may be part of.
 * @param {LiveVm} vm
 */
function searchable(vm) {
  let text = searchables.get(vm)
  if (text === undefined) {
    text = describe(vm)
    searchables.set(vm, text)
  }
  return text
}

/** @param {LiveVm} vm */
function describe(vm) {
  return [
    vm.label,
    vm.uuid ?? '',
    String(vm.pid),
    vm.machine ?? '',
    policyText(vm),
    ...vm.disks.map(({ bus, format, cache }) => `${bus} ${format} ${cache}`),
    ...vm.nics.map(({ model, vhost }) => (vhost ? `${model} vhost` : model)),
  ]
    .join('\n')
    .toLowerCase()
}

/**
 * All words of the text must be found.
 * @param {readonly LiveVm[]} vms
 * @param {string} text
 */
export function matching(vms, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return vms
  return vms.filter((vm) => {
    const found = searchable(vm)
    return words.every((word) => found.includes(word))
  })
}

/**
 * @param {readonly LiveVm[]} vms
 * @param {ViewState['classes']} classes
 */
export function ofClasses(vms, classes) {
  return classes.size === 0 ? vms : vms.filter((vm) => vm.class !== null && classes.has(vm.class))
}

const byName = new Intl.Collator('en', { numeric: true })

/**
 * Equal ones by name, so that rows do not change places for nothing.
 * @param {readonly LiveVm[]} vms
 * @param {Column} column
 * @param {boolean} descending
 */
export function sorted(vms, column, descending) {
  const keyed = vms.map((vm) => ({ vm, key: column.sortValue(vm) }))
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) {
      if (a.key !== b.key) return a.key === null ? 1 : -1
    } else {
      const order =
        typeof a.key === 'number' && typeof b.key === 'number'
          ? a.key - b.key
          : byName.compare(String(a.key), String(b.key))
      if (order !== 0) return descending ? -order : order
    }
    return byName.compare(a.vm.label, b.vm.label)
  })
  return keyed.map(({ vm }) => vm)
}
