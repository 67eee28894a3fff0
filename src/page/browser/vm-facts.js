// What is known about one VM, in words and tables.

import { element } from '../../ui/browser/element.js'
import { bytes, duration, percent, plain, rate, ratio, unknown } from '../../ui/browser/format.js'
import { shareBar, titledTable } from '../../ui/browser/table.js'
/** @import { LiveDocument, LiveVmDetail } from '../live-document.ts' */
import { whyClass } from './class-text.js'
import { deviceName, memoryInUse, schedulingText } from './columns.js'

/**
 * The class of a VM and why it has it.
 * @param {LiveVmDetail} detail
 * @param {LiveDocument} answer
 */
export function verdict({ vm }, { thresholds, missing }) {
  const meanings = {
    'emulated-io': ' The VM loses time in exits to QEMU.',
    mixed: '',
    'in-kernel-io': ' KVM handles nearly all exits itself, and many of them are port I/O.',
    'near-native': ' This is close to bare metal.',
    idle: '',
  }
  const figures =
    vm.ratio === null
      ? 'It had no exits.'
      : `Root-mode switch ratio ${ratio(vm.ratio)} at ${rate(vm.switches)} exits per second.`
  const name = vm.class ?? 'unknown'
  return element(
    'p',
    { class: 'verdict' },
    element('span', { class: 'content', 'data-class': name }, vm.class ?? unknown),
    vm.class === null
      ? ` Its exits are not known${missing.exits === undefined ? ' yet' : `: ${missing.exits}`}.`
      : ` ${figures}${meanings[vm.class]} ${whyClass(vm.class, thresholds)}`,
  )
}

/** @param {LiveVmDetail} detail */
export function facts({ at, vm }) {
  const { maxBytes, balloonBytes, residentBytes, hugetlbBytes } = vm.memory
  /** @type {[string, string][]} */
  const pairs = [
    ['process ID', String(vm.pid)],
    ['running for', vm.startedAt === null ? unknown : duration(at - vm.startedAt)],
    ['UUID', vm.uuid ?? unknown],
    ['machine type', vm.machine ?? unknown],
    ['maximum memory', bytes(maxBytes)],
    ['left by the balloon', bytes(balloonBytes)],
    ['held on the host', bytes(memoryInUse({ ...vm, history: { ratio: [], switches: [] } }))],
    ['of it in huge pages', residentBytes === null ? unknown : bytes(hugetlbBytes)],
  ]
  return element(
    'dl',
    {},
    ...pairs.map(([term, text]) => element('div', {}, element('dt', {}, term), element('dd', {}, text))),
  )
}

/**
 * The devices for whose emulation the VM leaves KVM. Nothing if the source does not count them.
 * @param {LiveVmDetail} detail
 * @returns {Node[]}
 */
export function costlyDevices({ exits: { seconds, userspaceSwitches, devices } }) {
  if (seconds === null || devices === null || userspaceSwitches === null) return []
  const title = `What makes this VM leave KVM? Exits to QEMU, last ${Math.round(seconds)} s`
  if (devices.length === 0)
    return [element('h3', {}, title), element('p', {}, 'It accessed no emulated device.')]
  return titledTable(
    title,
    ['device', 'per second', 'of all', '', 'wait, s per s'],
    devices.map(({ device, perSecond, waitSeconds }) => [
      device,
      rate(perSecond),
      percent(perSecond / userspaceSwitches),
      shareBar(Math.min(1, perSecond / userspaceSwitches)),
      plain(waitSeconds),
    ]),
    [1, 2, 4],
  )
}

/**
 * @param {LiveVmDetail} detail
 * @param {LiveDocument} answer
 * @returns {Node[]}
 */
export function exitMix({ exits: { seconds, reasons } }, { sources, missing }) {
  if (seconds === null)
    return [
      element('h3', {}, 'Exits by reason'),
      element('p', {}, missing.exits === undefined ? 'Not known yet.' : `Not known: ${missing.exits}.`),
    ]
  const title = `Exits by reason, last ${Math.round(seconds)} s`
  if (reasons === null) {
    const source = sources.find(({ fact, state }) => fact === 'exits' && state === 'in-use')?.source
    const why = `Only the kvminfo module counts exits by reason, and exits are read from ${source ?? 'no source'}.`
    return [element('h3', {}, title), element('p', {}, why)]
  }
  const total = reasons.reduce((sum, { perSecond }) => sum + perSecond, 0)
  if (total === 0) return [element('h3', {}, title), element('p', {}, 'It had no exits.')]
  return titledTable(
    title,
    ['reason', 'per second', 'share', ''],
    reasons.map(({ reason, perSecond }) => [
      reason,
      rate(perSecond),
      percent(perSecond / total),
      shareBar(perSecond / total),
    ]),
    [1, 2],
  )
}

/**
 * @param {LiveVmDetail} detail
 * @returns {Node[]}
 */
export function timeSplit({ exits: { kernelSeconds, haltSeconds, userspaceWaitSeconds } }) {
  if (kernelSeconds === null || haltSeconds === null || userspaceWaitSeconds === null) return []
  return titledTable(
    'Time outside the guest, in seconds per second of all vCPUs',
    ['in KVM', 'waiting for QEMU', 'halted'],
    [[plain(kernelSeconds), plain(userspaceWaitSeconds), plain(haltSeconds)]],
    [0, 1, 2],
  )
}

/**
 * @param {LiveVmDetail} detail
 * @returns {Node[]}
 */
export function vcpuTable({ vcpus }) {
  if (vcpus.length === 0) return []
  const threads = titledTable(
    'vCPU threads',
    ['vCPU', 'thread ID', 'last CPU', 'policy', 'CPU time', 'run delay'],
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
  return [...threads, ...vcpuExits(vcpus)]
}

/**
 * Nothing if the source does not count exits by vCPU. Each is compared with the vCPU that has the most, so that an
 * imbalance shows.
 * @param {LiveVmDetail['vcpus']} vcpus
 * @returns {Node[]}
 */
function vcpuExits(vcpus) {
  if (vcpus.every(({ exits }) => exits === null)) return []
  const most = Math.max(...vcpus.map(({ exits }) => exits ?? 0))
  return titledTable(
    'Exits by vCPU',
    ['vCPU', 'per second', '', 'to QEMU', 'wait, s per s'],
    vcpus.map(({ id, exits, userspaceSwitches, userspaceWaitSeconds }) => [
      String(id),
      rate(exits),
      shareBar(most === 0 || exits === null ? 0 : exits / most),
      rate(userspaceSwitches),
      plain(userspaceWaitSeconds),
    ]),
    [1, 3, 4],
  )
}

/**
 * @param {LiveVmDetail} detail
 * @returns {Node[]}
 */
export function devices({ vm: { disks, nics } }) {
  const emulatedBy = (/** @type {boolean} */ emulated) =>
    element(
      'span',
      { class: emulated ? 'device emulated' : 'device' },
      emulated ? 'emulated by QEMU' : 'not emulated',
    )
  const rows = [
    ...disks.map(({ device, target, bus, format, cache, emulated }) => [
      deviceName({ device, target }),
      bus,
      [format, cache === null ? null : `cache ${cache}`].filter(Boolean).join(', ') || unknown,
      emulatedBy(emulated),
    ]),
    ...nics.map(({ device, target, model, vhost, emulated }) => [
      deviceName({ device, target }),
      model,
      vhost === null ? unknown : vhost ? 'vhost' : 'no vhost',
      emulatedBy(emulated),
    ]),
  ]
  return rows.length === 0 ? [] : titledTable('Devices', ['device', 'type', 'options', 'emulation'], rows, [])
}
