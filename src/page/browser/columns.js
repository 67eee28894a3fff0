// The columns of the table: what each shows of a VM, by what it sorts, and why it may have nothing to show.

import { element, setAttribute, setText } from '../../ui/browser/element.js'
import { bytes, percent, plain, rate, ratio } from '../../ui/browser/format.js'
/** @import { LiveDisk, LiveDocument, LiveNic, LiveVm } from '../live-document.ts' */
import { whyClass } from './class-text.js'

/**
 * @typedef {object} Column
 * @property {string} id
 * @property {string} title
 * @property {string} hint
 * @property {boolean} [isNumber]
 * @property {(vm: LiveVm) => number | string | null} sortValue null goes to the end, whichever way it is sorted
 * @property {(cell: HTMLElement, vm: LiveVm, answer: LiveDocument) => void} show
 */

/**
 * @param {HTMLElement} cell
 * @param {string} text
 * @param {string} [title]
 */
function write(cell, text, title) {
  setText(cell, text)
  setAttribute(cell, 'title', title)
}

/**
 * Why no source tells of a VM's exits.
 * @param {LiveVm} vm
 * @param {LiveDocument} answer
 */
function whyNoExits(vm, answer) {
  if (answer.missing.exits !== undefined) return answer.missing.exits
  if (vm.class === null) return 'Not known yet: it takes two looks at its counters, some seconds apart.'
  return 'It has not switched.'
}

/** @param {LiveDocument} answer */
const whyNotTimed = ({ sources }) => {
  const inUse = sources.find(({ fact, state }) => fact === 'exits' && state === 'in-use')
  if (inUse !== undefined && inUse.source !== 'module')
    return `Only the module kvminfo measures time, and exits are read from ${inUse.source}.`
  return 'The module kvminfo measures no time (time=0), or the VM used no CPU.'
}

/** @param {LiveVm} vm */
const isJudged = (vm) => vm.class !== null && vm.class !== 'idle'

/** @param {LiveVm} vm */
export function memoryInUse({ memory: { residentBytes, hugetlbBytes } }) {
  return residentBytes === null ? null : residentBytes + (hugetlbBytes ?? 0)
}

/** @param {LiveVm['scheduling'][number]} scheduling */
export function schedulingText({ policy, nice, priority }) {
  if (priority !== null) return `${policy} ${priority}`
  return nice === null || nice === 0 ? policy : `${policy} ${nice > 0 ? '+' : '−'}${Math.abs(nice)}`
}

/** @param {LiveVm} vm */
export function policyText({ scheduling }) {
  if (scheduling.length === 1) return scheduling.map(schedulingText).join('')
  return scheduling.map((one) => `${schedulingText(one)} ×${one.vcpus}`).join(', ')
}

/** @param {LiveDisk} disk */
const diskText = ({ bus }) => bus
/** @param {LiveNic} nic */
const nicText = ({ model }) => model

/**
 * Equal ones are counted, emulated ones marked.
 * @template {LiveDisk | LiveNic} Device
 * @param {HTMLElement} cell
 * @param {readonly Device[]} devices
 * @param {(device: Device) => string} text
 * @param {(device: Device) => string} title
 */
function writeDevices(cell, devices, text, title) {
  const emulatedFirst = devices.toSorted((a, b) => Number(b.emulated) - Number(a.emulated))
  const groups = [...Map.groupBy(emulatedFirst, text)]
  const key = groups.map(([name, { length }]) => `${name}×${length}`).join(' ')
  setAttribute(cell, 'title', devices.map(title).join('\n') || 'none')
  if (cell.dataset.shown === key) return
  cell.dataset.shown = key
  cell.replaceChildren(
    ...groups.map(([name, same]) =>
      element(
        'span',
        { class: same.some(({ emulated }) => emulated) ? 'device emulated' : 'device' },
        same.length > 1 ? `${name} ×${same.length}` : name,
      ),
    ),
  )
}

/** @param {LiveDisk} disk */
const diskTitle = ({ device, bus, cache, format, emulated }) =>
  `${device}: ${bus}${format === null ? '' : `, ${format}`}${cache === null ? '' : `, cache ${cache}`}${emulated ? '; emulated by QEMU: virtio costs far less' : ''}`
/** @param {LiveNic} nic */
const nicTitle = ({ device, model, vhost, emulated }) =>
  `${device}: ${model}${vhost === null ? '' : vhost ? ', vhost' : ', no vhost'}${emulated ? '; emulated by QEMU: virtio costs far less' : ''}`

const worthOfClass = { io: 0, mixed: 1, compute: 2, idle: 3 }

/** @type {readonly Column[]} */
export const columns = [
  {
    id: 'name',
    title: 'VM',
    hint: 'Name of the virtual machine, the label vm of its metrics',
    sortValue: (vm) => vm.label,
    show: (cell, vm) => write(cell, vm.label, `${vm.label}, process ${vm.pid}`),
  },
  {
    id: 'class',
    title: 'Class',
    hint: 'Where its exits end: io mostly in QEMU, compute inside KVM, mixed between them, idle not judged',
    sortValue: (vm) => (vm.class === null ? null : worthOfClass[vm.class]),
    show(cell, vm, answer) {
      const why = vm.class === null ? whyNoExits(vm, answer) : whyClass(vm.class, answer.thresholds)
      write(cell, vm.class ?? '–', why)
      setAttribute(cell, 'data-class', vm.class ?? undefined)
    },
  },
  {
    id: 'ratio',
    title: 'Ratio',
    hint: 'Root-mode switch ratio: the switches that stay inside KVM, of all; the line is its last five minutes. VMs that are not judged go last',
    isNumber: true,
    sortValue: (vm) => (isJudged(vm) ? vm.ratio : null),
    show: (cell, vm, answer) =>
      write(cell, ratio(vm.ratio), vm.ratio === null ? whyNoExits(vm, answer) : undefined),
  },
  {
    id: 'switches',
    title: 'Switches/s',
    hint: 'Exits per second, inside KVM and to QEMU; the line is the last five minutes, each VM on a scale of its own',
    isNumber: true,
    sortValue: (vm) => vm.switches,
    show: (cell, vm, answer) =>
      write(cell, rate(vm.switches), vm.switches === null ? whyNoExits(vm, answer) : undefined),
  },
  {
    id: 'io',
    title: 'I/O share',
    hint: 'Port I/O exits per switch; KVM handles some of them itself',
    isNumber: true,
    sortValue: (vm) => vm.ioShare,
    show: (cell, vm, answer) =>
      write(cell, percent(vm.ioShare), vm.ioShare === null ? whyNoExits(vm, answer) : undefined),
  },
  {
    id: 'cost',
    title: 'QEMU cost',
    hint: 'Userspace cost: seconds that its vCPUs wait for QEMU per CPU second of the VM',
    isNumber: true,
    sortValue: (vm) => vm.userspaceCost,
    show: (cell, vm, answer) =>
      write(cell, plain(vm.userspaceCost), vm.userspaceCost === null ? whyNotTimed(answer) : undefined),
  },
  {
    id: 'cpu',
    title: 'CPU',
    hint: 'CPU seconds per second of all its vCPU threads',
    isNumber: true,
    sortValue: (vm) => vm.cpu,
    show: (cell, vm, answer) =>
      write(
        cell,
        plain(vm.cpu),
        vm.cpu === null
          ? (answer.missing.vcpuTasks ?? 'Its vCPU threads cannot be told, or not yet.')
          : undefined,
      ),
  },
  {
    id: 'delay',
    title: 'Run delay',
    hint: 'Of the time that it wanted to run, that in which it waited for a CPU: what the guest sees as steal',
    isNumber: true,
    sortValue: (vm) => vm.runDelay,
    show: (cell, vm, answer) =>
      write(
        cell,
        percent(vm.runDelay),
        vm.runDelay === null
          ? (answer.missing.vcpuTasks ?? 'It did not want to run, or the kernel does not count run delay.')
          : undefined,
      ),
  },
  {
    id: 'policy',
    title: 'Policy',
    hint: 'Scheduling of its vCPU threads: policy with nice value or real-time priority',
    sortValue: (vm) => policyText(vm) || null,
    show: (cell, vm) =>
      write(cell, policyText(vm) || '–', policyText(vm) || 'Its vCPU threads cannot be told.'),
  },
  {
    id: 'memory',
    title: 'Memory',
    hint: 'Memory that its process holds on the host, in ordinary and huge pages',
    isNumber: true,
    sortValue: memoryInUse,
    show: (cell, vm, answer) =>
      write(
        cell,
        bytes(memoryInUse(vm)),
        answer.missing.vmMemory ??
          (vm.memory.maxBytes === null ? undefined : `of ${bytes(vm.memory.maxBytes)}`),
      ),
  },
  {
    id: 'disks',
    title: 'Disks',
    hint: 'Buses of its disks; emulated ones stand out',
    sortValue: (vm) => vm.disks.filter(({ emulated }) => !emulated).length - vm.disks.length || null,
    show: (cell, vm) => writeDevices(cell, vm.disks, diskText, diskTitle),
  },
  {
    id: 'nics',
    title: 'NICs',
    hint: 'Models of its network interfaces; emulated ones stand out',
    sortValue: (vm) => vm.nics.filter(({ emulated }) => !emulated).length - vm.nics.length || null,
    show: (cell, vm) => writeDevices(cell, vm.nics, nicText, nicTitle),
  },
]
