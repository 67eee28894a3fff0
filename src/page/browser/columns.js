// The columns of the table: what each one shows of a VM, what it sorts by, and why it may have nothing to show.

import { element, setAttribute, setText } from '../../ui/browser/element.js'
import { bytes, percent, plain, rate, ratio } from '../../ui/browser/format.js'
/** @import { LiveDisk, LiveDocument, LiveNic, LiveVm } from '../live-document.ts' */
import { whyClass } from './class-text.js'

/**
 * @typedef {object} Column
 * @property {string} id
 * @property {string} title
 * @property {string} hint tooltip of the header
 * @property {boolean} [isNumber]
 * @property {(vm: LiveVm) => number | string | null} sortValue null is sorted last in both directions
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
 * Why the exits of a VM are not known.
 * @param {LiveVm} vm
 * @param {LiveDocument} answer
 */
function whyNoExits(vm, answer) {
  if (answer.missing.exits !== undefined) return answer.missing.exits
  if (vm.class === null) return 'Not known yet: rates need two samples, some seconds apart.'
  return 'It had no exits.'
}

/** @param {LiveDocument} answer */
const whyNotTimed = ({ sources }) => {
  const inUse = sources.find(({ fact, state }) => fact === 'exits' && state === 'in-use')
  if (inUse !== undefined && inUse.source !== 'module')
    return `Only the kvminfo module measures time, and exits are read from ${inUse.source}.`
  return 'The kvminfo module does not measure time (time=0), or the VM used no CPU.'
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
 * Writes the kinds of devices with the number of each, emulated ones first and highlighted.
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

/**
 * The name that every source has, with the name in libvirt or on the host if it is known.
 *
 * @param {{ device: string, target: string | null }} device
 */
export const deviceName = ({ device, target }) => (target === null ? device : `${device} (${target})`)

/** @param {LiveDisk} disk */
const diskTitle = ({ device, target, bus, cache, format, emulated }) =>
  `${deviceName({ device, target })}: ${bus}${format === null ? '' : `, ${format}`}${cache === null ? '' : `, cache ${cache}`}${emulated ? '; emulated by QEMU, virtio would cost far less' : ''}`
/** @param {LiveNic} nic */
const nicTitle = ({ device, target, model, vhost, emulated }) =>
  `${deviceName({ device, target })}: ${model}${vhost === null ? '' : vhost ? ', vhost' : ', no vhost'}${emulated ? '; emulated by QEMU, virtio would cost far less' : ''}`

const rankOfClass = { 'emulated-io': 0, mixed: 1, 'in-kernel-io': 2, 'near-native': 3, idle: 4 }

/** @type {readonly Column[]} */
export const columns = [
  {
    id: 'name',
    title: 'VM',
    hint: 'Name of the virtual machine: the label vm of its metrics',
    sortValue: (vm) => vm.label,
    show: (cell, vm) => write(cell, vm.label, `${vm.label}, process ID ${vm.pid}`),
  },
  {
    id: 'class',
    title: 'Class',
    hint: 'Where its exits are handled. emulated-io: too many in QEMU; mixed: in between; in-kernel-io: nearly all in KVM, and many of them port I/O; near-native: nearly all in KVM, virtio 1.0 included; idle: too few exits to judge',
    sortValue: (vm) => (vm.class === null ? null : rankOfClass[vm.class]),
    show(cell, vm, answer) {
      const why = vm.class === null ? whyNoExits(vm, answer) : whyClass(vm.class, answer.thresholds)
      write(cell, vm.class ?? '–', why)
      setAttribute(cell, 'data-class', vm.class ?? undefined)
    },
  },
  {
    id: 'ratio',
    title: 'Ratio',
    hint: 'Root-mode switch ratio: the share of exits that are handled in KVM. The line shows the last five minutes. VMs that are not judged are sorted last',
    isNumber: true,
    sortValue: (vm) => (isJudged(vm) ? vm.ratio : null),
    show: (cell, vm, answer) =>
      write(cell, ratio(vm.ratio), vm.ratio === null ? whyNoExits(vm, answer) : undefined),
  },
  {
    id: 'switches',
    title: 'Exits/s',
    hint: 'Exits per second, handled in KVM or handed to QEMU. The line shows the last five minutes, with a separate scale for each VM',
    isNumber: true,
    sortValue: (vm) => vm.switches,
    show: (cell, vm, answer) =>
      write(cell, rate(vm.switches), vm.switches === null ? whyNoExits(vm, answer) : undefined),
  },
  {
    id: 'io',
    title: 'I/O share',
    hint: 'Port I/O exits as a share of all exits. KVM handles some of them itself. MMIO, which virtio 1.0 uses, is not included',
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
          ? (answer.missing.vcpuTasks ??
              'Its vCPU threads are not known, or there is only one sample of them yet.')
          : undefined,
      ),
  },
  {
    id: 'delay',
    title: 'Run delay',
    hint: 'Share of the time that its vCPUs were ready to run in which they waited for a CPU. The guest sees it as steal time',
    isNumber: true,
    sortValue: (vm) => vm.runDelay,
    show: (cell, vm, answer) =>
      write(
        cell,
        percent(vm.runDelay),
        vm.runDelay === null
          ? (answer.missing.vcpuTasks ??
              'Its vCPUs were never ready to run, or the kernel does not count run delay.')
          : undefined,
      ),
  },
  {
    id: 'policy',
    title: 'Policy',
    hint: 'Scheduling of its vCPU threads: the policy with the nice value or real-time priority',
    sortValue: (vm) => policyText(vm) || null,
    show: (cell, vm) =>
      write(cell, policyText(vm) || '–', policyText(vm) || 'Its vCPU threads are not known.'),
  },
  {
    id: 'memory',
    title: 'Memory',
    hint: 'Host memory that its process holds, in normal and huge pages',
    isNumber: true,
    sortValue: memoryInUse,
    show: (cell, vm, answer) =>
      write(
        cell,
        bytes(memoryInUse(vm)),
        answer.missing.vmMemory ??
          (vm.memory.maxBytes === null ? undefined : `of at most ${bytes(vm.memory.maxBytes)}`),
      ),
  },
  {
    id: 'disks',
    title: 'Disks',
    hint: 'Buses of its disks. Emulated ones are highlighted',
    sortValue: (vm) => vm.disks.filter(({ emulated }) => !emulated).length - vm.disks.length || null,
    show: (cell, vm) => writeDevices(cell, vm.disks, diskText, diskTitle),
  },
  {
    id: 'nics',
    title: 'NICs',
    hint: 'Models of its network interfaces. Emulated ones are highlighted',
    sortValue: (vm) => vm.nics.filter(({ emulated }) => !emulated).length - vm.nics.length || null,
    show: (cell, vm) => writeDevices(cell, vm.nics, nicText, nicTitle),
  },
]
