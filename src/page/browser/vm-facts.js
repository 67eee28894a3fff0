// What is known of one VM, in words and tables.

import { element } from '../../ui/browser/element.js'
import { bytes, duration, percent, plain, rate, ratio, unknown } from '../../ui/browser/format.js'
/** @import { LiveDocument, LiveVmDetail } from '../live-document.ts' */
import { whyClass } from './class-text.js'
import { memoryInUse, schedulingText } from './columns.js'

/**
 * @param {LiveVmDetail} detail
 * @param {LiveDocument} answer
 */
export function verdict({ vm }, { thresholds, missing }) {
  const meanings = {
    io: ' It loses its time in round trips to QEMU.',
    mixed: '',
    compute: ' Near bare metal.',
    idle: '',
  }
  const figures = `${ratio(vm.ratio)} of its ${rate(vm.switches)} switches a second stay inside KVM.`
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
export function exitMix({ exits: { seconds, reasons } }, { sources, missing }) {
  if (seconds === null)
    return [
      element('h3', {}, 'Exits by reason'),
      element('p', {}, missing.exits === undefined ? 'Not known yet.' : `Not known: ${missing.exits}.`),
    ]
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
export function timeSplit({ exits: { kernelSeconds, haltSeconds, userspaceWaitSeconds } }) {
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
export function vcpuTable({ vcpus }) {
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
export function devices({ vm: { disks, nics } }) {
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
  return rows.length === 0
    ? []
    : titledTable('Devices', ['device', 'kind', 'options', 'controller'], rows, [])
}
