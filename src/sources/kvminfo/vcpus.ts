// Reads /proc/kvminfo_vcpus, the exits of each vCPU thread (kmod/include/abi.h). The module has the file only if it was
// loaded with vcpus=1.
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import type { VcpuExits } from '../../model/exits.ts'
import type { Problem } from '../../model/host-snapshot.ts'
import { once } from '../attempt.ts'
import { decimal } from '../decimal.ts'
import { requireVersion } from '../format-version.ts'
import { moduleFileError } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'

const columns = ['tid', 'exits_num', 'kvm_qemu_switch_num', 'io_num', 'kvm_ns', 'halt_ns', 'user_ns'] as const

const kvminfoVcpusPath = (procfs: string): string => join(procfs, 'kvminfo_vcpus')

/** Its rows are parsed on first use, because live views show them only of a VM that is open. */
export interface KvminfoVcpus {
  /** By tid. */
  readonly rows: ReadonlyMap<number, VcpuExits>
  /** Rows that could not be parsed. */
  readonly problems: readonly Problem[]
}

/** Throws SOURCE_ABSENT if the module does not count by vCPU. */
export function readKvminfoVcpus(procfs: string, file: WholeFile): KvminfoVcpus {
  const path = kvminfoVcpusPath(procfs)
  try {
    return parseKvminfoVcpus(file.ascii(path), path)
  } catch (cause) {
    const error = moduleFileError('kvminfo', cause, path)
    if (error.code !== 'SOURCE_ABSENT') throw error
    const message = `the kvminfo module does not count by vCPU: there is no ${path}; load it with vcpus=1`
    throw new KvminfoError('SOURCE_ABSENT', message, { cause })
  }
}

/** `subject` is the file's name in messages. Throws SOURCE_MALFORMED or SOURCE_VERSION if no row can be read. */
export function parseKvminfoVcpus(text: string, subject: string): KvminfoVcpus {
  const malformed = (what: string) => new KvminfoError('SOURCE_MALFORMED', `${subject} ${what}`)
  const [header = '', titles = ''] = text.split('\n', 2)
  const version = /^kvminfo_vcpus (\d+)(?: |$)/.exec(header)?.[1]
  if (version === undefined) throw malformed('does not start with the header of the kvminfo module')
  requireVersion(version, subject)
  const words = titles.split(' ')
  const at = columns.map((column) => words.indexOf(column))
  const missing = columns.find((_, index) => at[index] === -1)
  if (missing !== undefined)
    throw malformed(`has no column ${missing}: install the modules and the exporter from the same release`)
  const parsed = once(() => parseRows(text.split('\n').slice(2), at, words.length, subject))
  return {
    get rows() {
      return parsed().rows
    },
    get problems() {
      return parsed().problems
    },
  }
}

/** `at` are the indices of `columns` in a row of `count` fields. */
function parseRows(
  lines: string[],
  at: readonly number[],
  count: number,
  subject: string,
): { rows: Map<number, VcpuExits>; problems: Problem[] } {
  const rows = new Map<number, VcpuExits>()
  const problems: Problem[] = []
  const report = (what: string) =>
    problems.push({ subject, error: new KvminfoError('SOURCE_MALFORMED', `${subject} ${what}`) })
  // Every whole row ends in a newline, so the last line is empty.
  const rest = lines.pop()
  for (const line of lines) {
    const fields = line.split(' ')
    const row = fields.length === count ? parseRow(at.map((index) => fields[index]!)) : undefined
    if (row === undefined) report(`has a row that cannot be parsed: ${excerpt(line)}`)
    else rows.set(row.tid, row)
  }
  if (rest !== '') report('is incomplete')
  return { rows, problems }
}

function parseRow(fields: readonly string[]): VcpuExits | undefined {
  const [tid, exits, userspaceSwitches, io] = fields.map((field) => decimal(field))
  const [kernelNs, haltNs, userspaceNs] = fields.slice(4).map(optionalDecimal)
  if (tid === undefined || exits === undefined || userspaceSwitches === undefined || io === undefined)
    return undefined
  if (kernelNs === null || haltNs === null || userspaceNs === null) return undefined
  return { tid, exits, userspaceSwitches, io, kernelNs, haltNs, userspaceNs }
}

/** undefined for `-`, which means not measured; null for text that is not a number. */
const optionalDecimal = (text: string): number | undefined | null =>
  text === '-' ? undefined : (decimal(text) ?? null)

const excerpt = (line: string): string => JSON.stringify(line.slice(0, 80))
