// Parses one row of our module's /proc/kvminfo. Columns are found by title, as kmod/include/abi.h requires.
import { KvminfoError } from '../../errors.ts'
import type { Vcpu } from '../../model/vm.ts'
import { decimal, decimalBetween } from '../decimal.ts'
import { memoized } from '../memoized.ts'
import type { KvminfoRow } from './row.ts'

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

/** The index of each column that is used, and the number of columns in a row. */
export type Titles = Readonly<Record<(typeof columns)[number] | 'count', number>>

export function readTitles(line: string, subject: string): Titles {
  const titles = line.split(' ').filter((title) => title !== '')
  const indexes = { count: titles.length } as Record<(typeof columns)[number] | 'count', number>
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
    reasons === undefined
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
    },
    startNs,
    vcpus,
  }
}

/** Like `decimal`, but undefined for `-`, which means not available, and null for text that is not a number. */
function optionalDecimal(text: string): number | undefined | null {
  return text === '-' ? undefined : (decimal(text) ?? null)
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
