// Which VMs are shown, and in which order.

/** @import { LiveVm } from '../live-document.ts' */
/** @import { Column } from './columns.js' */
/** @import { ViewState } from './view-state.js' */
import { policyText } from './columns.js'

/**
 * Made once for each answer rather than at each key press.
 * @type {WeakMap<LiveVm, string>}
 */
const searchables = new WeakMap()

/**
 * The text about a VM in which a filter word is looked for.
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
 * The VMs that match all words of the text.
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
 * The VMs of these classes; all VMs if there are none.
 * @param {readonly LiveVm[]} vms
 * @param {ViewState['classes']} classes
 */
export function ofClasses(vms, classes) {
  return classes.size === 0 ? vms : vms.filter((vm) => vm.class !== null && classes.has(vm.class))
}

const byName = new Intl.Collator('en', { numeric: true })

/**
 * Equal values are sorted by name, so that rows do not change places without a reason.
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
