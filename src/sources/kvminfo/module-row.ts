// Parses one row of our module's /proc/kvminfo. Columns are found by title, as kmod/include/abi.h requires.
import { KvminfoError } from '../../errors.ts'
import type { Waits } from '../../model/exits.ts'
import type { Vcpu } from '../../model/vm.ts'
import { decimal, decimalBetween, hexadecimalBetween } from '../decimal.ts'
import { memoized } from '../memoized.ts'
import { type Accesses, type KvminfoRow, pageAddress, portAddress } from './row.ts'

const columns = [
  'pid',
  'io_num',
  'exception_num',
  'kvm_vm_switch_num',
  'kvm_qemu_switch_num',
  'signal_num',
  'kvm_ns',
  'halt_ns',
  'user_ns',
  'start_ns',
  'vcpus',
  'reasons',
] as const

/** Columns that an older module lacks. It goes on counting until the next boot, so the exporter reads it without them. */
const newColumns = ['user_reasons', 'reason_ns', 'devices'] as const

type Column = (typeof columns)[number] | (typeof newColumns)[number]

/** The index of each column that is used, -1 for a new one that is missing, and the number of columns in a row. */
export type Titles = Readonly<Record<Column | 'count', number>>

export function readTitles(line: string, subject: string): Titles {
  const titles = line.split(' ').filter((title) => title !== '')
  const indexes = { count: titles.length } as Record<Column | 'count', number>
  for (const column of newColumns) indexes[column] = titles.indexOf(column)
  for (const column of columns) {
    indexes[column] = titles.indexOf(column)
    if (indexes[column] === -1) {
      throw new KvminfoError(
        'SOURCE_MALFORMED',
        `${subject} has no column ${column}: install the modules and the exporter from the same release`,
      )
    }
  }
  return indexes
}

export function parseModuleRow(line: string, titles: Titles): KvminfoRow | undefined {
  const fields = line.split(' ')
  if (fields.length !== titles.count) return undefined
  const pid = decimal(fields[titles.pid]!)
  const io = decimal(fields[titles.io_num]!)
  const kernelSwitches = decimal(fields[titles.kvm_vm_switch_num]!)
  const userspaceSwitches = decimal(fields[titles.kvm_qemu_switch_num]!)
  const startNs = decimal(fields[titles.start_ns]!)
  const optional = (column: 'exception_num' | 'signal_num' | 'kvm_ns' | 'halt_ns' | 'user_ns') =>
    optionalDecimal(fields[titles[column]]!)
  const exceptions = optional('exception_num')
  const signalReturns = optional('signal_num')
  const kernelNs = optional('kvm_ns')
  const haltNs = optional('halt_ns')
  const userspaceNs = optional('user_ns')
  const vcpus = vcpuThreads(fields[titles.vcpus]!)
  const reasons = named(fields[titles.reasons]!)
  const reasonNs = named(fields[titles.reason_ns] ?? '-')
  const userspaceReasons = waitsByReason(fields[titles.user_reasons] ?? '-')
  const accesses = accessesIn(fields[titles.devices] ?? '-')
  if (
    pid === undefined ||
    io === undefined ||
    kernelSwitches === undefined ||
    userspaceSwitches === undefined ||
    startNs === undefined ||
    exceptions === null ||
    signalReturns === null ||
    kernelNs === null ||
    haltNs === null ||
    userspaceNs === null ||
    vcpus === undefined ||
    reasons === undefined ||
    reasonNs === undefined ||
    userspaceReasons === undefined ||
    accesses === undefined
  ) {
    return undefined
  }
  return {
    exits: {
      pid,
      io,
      exceptions,
      kernelSwitches,
      userspaceSwitches,
      signalReturns,
      kernelNs,
      haltNs,
      userspaceNs,
      reasons,
      ...(reasonNs.size > 0 && { reasonNs }),
      ...(userspaceReasons.size > 0 && { userspaceReasons }),
    },
    startNs,
    vcpus,
    ...(accesses !== null && { accesses }),
  }
}

/** Like `decimal`, but undefined for `-`, which means not available, and null for text that is not a number. */
function optionalDecimal(text: string): number | undefined | null {
  return text === '-' ? undefined : (decimal(text) ?? null)
}

/** `a:1:20,b:2:-` by name; empty for `-`; undefined for any other text. */
function waitsByReason(text: string): Map<string, Waits> | undefined {
  const result = new Map<string, Waits>()
  const isWhole = eachWaits(text, (start, end, waits) => {
    result.set(kept(text.slice(start, end)), waits)
    return true
  })
  return isWhole ? result : undefined
}

const nothing: Waits = { count: 0, ns: 0 }

/** `p1f0:1:20,mfebc0:2:-,other:3:4`; null for `-`; undefined for any other text. */
function accessesIn(text: string): Accesses | null | undefined {
  if (text === '-') return null
  const byAddress = new Map<number, Waits>()
  let other = nothing
  const isWhole = eachWaits(text, (start, end, waits) => {
    if (end - start === otherKey.length && text.startsWith(otherKey, start)) {
      other = waits
      return true
    }
    const kind = text[start]
    const number = hexadecimalBetween(text, start + 1, end)
    if (number === undefined || (kind !== 'm' && (kind !== 'p' || number > 0xffff))) return false
    byAddress.set(kind === 'p' ? portAddress(number) : pageAddress(number), waits)
    return true
  })
  return isWhole ? { byAddress, other } : undefined
}

const otherKey = 'other'

/** Calls `use` with the place of each key in `key:count:ns,...`; false if `use` refuses one or the text is not such a list. */
function eachWaits(text: string, use: (start: number, end: number, waits: Waits) => boolean): boolean {
  if (text === '-') return true
  for (let start = 0; start <= text.length; ) {
    const comma = text.indexOf(',', start)
    const end = comma === -1 ? text.length : comma
    const first = text.indexOf(':', start)
    const second = text.indexOf(':', first + 1)
    if (first <= start || second <= first || second >= end) return false
    const count = decimalBetween(text, first + 1, second)
    const isTimed = end !== second + 2 || text[second + 1] !== '-'
    const ns = isTimed ? decimalBetween(text, second + 1, end) : undefined
    if (count === undefined || (isTimed && ns === undefined)) return false
    if (!use(start, first, { count, ns })) return false
    start = end + 1
  }
  return true
}

/** `a:1,b:2` by name; empty for `-`; undefined for any other text. */
function named(text: string): Map<string, number> | undefined {
  const result = new Map<string, number>()
  if (text === '-') return result
  let at = 0
  for (let start = 0; start <= text.length; at++) {
    const comma = text.indexOf(',', start)
    const end = comma === -1 ? text.length : comma
    const colon = text.indexOf(':', start)
    const value = decimalBetween(text, colon + 1, end)
    if (colon <= start || colon >= end || value === undefined) return undefined
    result.set(nameAt(at, text, start, colon), value)
    start = end + 1
  }
  return result
}

/** The names of the last row. Most rows have the same ones in the same order, which saves cutting and finding them. */
const lastNames: string[] = []

function nameAt(index: number, text: string, start: number, end: number): string {
  const guess = lastNames[index]
  if (guess !== undefined && guess.length === end - start && text.startsWith(guess, start)) return guess
  const name = kept(text.slice(start, end))
  if (index < maxLastNames) lastNames[index] = name
  return name
}

const maxLastNames = 64

/** Names of exit reasons and ids of vCPUs. There are few, each row repeats them, and the counters keep them. */
const kept = memoized(1_000, (name) => name)

/** This column changes only when a vCPU is added, and a thousand VMs have thousands of vCPUs to parse. */
const vcpuThreads = memoized(10_000, (text): readonly Vcpu[] | undefined => {
  const threads = named(text)
  if (threads === undefined) return undefined
  const vcpus: Vcpu[] = []
  for (const [idText, tid] of threads) {
    const id = decimal(idText)
    if (id === undefined) return undefined
    vcpus.push({ id, tid })
  }
  return vcpus
})
