// What a QEMU command line says about its VM.
import type { Disk, HostDevice, Nic } from '../../model/vm.ts'
import { decimal } from '../decimal.ts'
import { type Argument, Arguments, parseArguments, programOf } from './arguments.ts'
import { boardOf } from './board.ts'
import { Budget, BudgetExceeded } from './budget.ts'
import { disksOf } from './disks.ts'
import { isKvmQemu, isOfLibvirt, isProbe, mayBeQemu } from './emulator.ts'
import { hostDevicesOf } from './host-devices.ts'
import { memoryOf } from './memory.ts'
import { nicsOf } from './nics.ts'
import { qmpSocketOf } from './qmp-socket.ts'
import { parseConfigFile } from './read-config.ts'

export interface QemuCommandLine {
  /** `guest=` of -name, raw: control characters are still in it. */
  readonly name: string | undefined
  /** Of -uuid or, without it, of -smbios type=1. */
  readonly uuid: string | undefined
  /** VMID of Proxmox VE, its own option `-id`. No other VM of the cluster has it. */
  readonly vmid?: number | undefined
  /** Whether KubeVirt started it. Its libvirt runs in a pod, where the host does not see the status file. */
  readonly isKubevirt?: true
  readonly machine: string | undefined
  /** All memory that the guest can have, with its memory devices. */
  readonly memoryBytes: number | undefined
  readonly disks: readonly Disk[]
  readonly nics: readonly Nic[]
  /** Whether libvirt started it. */
  readonly isManaged: boolean
  /** Devices of the host that are passed through; absent if there are none. */
  readonly hostDevices?: readonly HostDevice[]
  /** Path of a UNIX socket on which this QEMU accepts QMP connections. */
  readonly qmpSocket: string | undefined
}

export interface Reading {
  /** undefined if the process is not a QEMU with KVM, is a probe, or exceeds its budget. */
  readonly commandLine: QemuCommandLine | undefined
  /** Whether it is a QEMU that was started only to be asked something and runs no guest. */
  readonly isProbe: boolean
  /** What the command line has too much of: `more than 4096 devices`. Nothing of it is used. */
  readonly excess: string | undefined
}

export interface Circumstances {
  /** Whether KVM or libvirt says that the process is a KVM virtual machine. false if absent. */
  readonly isVouchedFor?: boolean
  /** Contents of the configuration files, by path as given. Files that could not be read are absent. */
  readonly files?: ReadonlyMap<string, string>
  readonly budget?: Budget
}

/** QEMU reads this file before all options, unless -no-user-config is given. Distributions leave it out. */
const userConfig = '/etc/qemu/qemu.conf'

const nothing: Reading = { commandLine: undefined, isProbe: false, excess: undefined }

/** undefined if the process is not a QEMU that runs a KVM virtual machine, or exceeds its budget. */
export const parseCommandLine = (
  cmdline: Buffer,
  circumstances?: Circumstances,
): QemuCommandLine | undefined => readCommandLine(cmdline, circumstances).commandLine

export function readCommandLine(cmdline: Buffer, circumstances: Circumstances = {}): Reading {
  const { isVouchedFor = false, files = new Map(), budget } = circumstances
  return openCommandLine(cmdline, isVouchedFor, budget).read(files)
}

export interface OpenedCommandLine {
  /**
   * The configuration files that the QEMU reads; none if nobody vouches for the process, because any process can name any
   * file.
   */
  readonly files: readonly string[]
  /** `contents` of those files that could be read, by path. */
  read(contents: ReadonlyMap<string, string>): Reading
}

/** Splits a command line into its options, which tell the files that are needed to understand it. */
export function openCommandLine(
  cmdline: Buffer,
  isVouchedFor: boolean,
  budget = new Budget(),
): OpenedCommandLine {
  const unread = (reading: Reading): OpenedCommandLine => ({ files: [], read: () => reading })
  try {
    if (!mayBeQemu(programOf(cmdline), isVouchedFor)) return unread(nothing)
    const words = parseArguments(cmdline, budget)
    if (words === undefined) return unread(nothing)
    return {
      files: isVouchedFor && isKvmQemu(words, isVouchedFor) ? filesOf(words) : [],
      read: (contents) => readingOf(words, contents, isVouchedFor),
    }
  } catch (error) {
    return unread(excessIn(error))
  }
}

function readingOf(words: Arguments, contents: ReadonlyMap<string, string>, isVouchedFor: boolean): Reading {
  try {
    const given = withConfigFiles(words, contents)
    if (!isKvmQemu(given, isVouchedFor)) return nothing
    return isProbe(given) ? { ...nothing, isProbe: true } : { ...nothing, commandLine: describe(given) }
  } catch (error) {
    return excessIn(error)
  }
}

/** What a command line says that is beyond its budget. Throws any other error again. */
function excessIn(error: unknown): Reading {
  if (error instanceof BudgetExceeded) return { ...nothing, excess: error.message }
  throw error
}

/** Files that one command line may name. */
const maxFiles = 8

const filesOf = (given: Arguments): string[] =>
  [...(given.has('no-user-config') ? [] : [userConfig]), ...given.values('readconfig')].slice(0, maxFiles)

/** With the options of a file in the place of the -readconfig that names it. */
function withConfigFiles(given: Arguments, files: ReadonlyMap<string, string>): Arguments {
  if (files.size === 0) return given
  const used = new Set(filesOf(given))
  const read = (path: string): Argument[] => {
    const text = used.delete(path) ? files.get(path) : undefined
    return text === undefined ? [] : parseConfigFile(text, given.budget)
  }
  const first = given.has('no-user-config') ? [] : read(userConfig)
  const inOrder = given.inOrder.flatMap((argument) =>
    argument.name === 'readconfig' ? [argument, ...read(argument.value)] : [argument],
  )
  return new Arguments(given.program, [...first, ...inOrder], given.budget)
}

/** The longest string that is kept, UTF-16 units: more than is ever shown of one. */
const maxKept = 1_024

/** A copy of plain data whose strings are cut. */
function cut<Value>(value: Value): Value {
  if (typeof value === 'string') return value.slice(0, maxKept) as Value
  if (Array.isArray(value)) return value.map(cut) as Value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner)])) as Value
}

function describe(given: Arguments): QemuCommandLine {
  const board = boardOf(given)
  const hostDevices = hostDevicesOf(given)
  const vmid = decimal(given.values('id').at(-1))
  return cut({
    name: given.merged('name', 'guest') || undefined,
    uuid: given.values('uuid').at(-1) ?? smbiosUuidOf(given),
    machine: given.merged('machine', 'type') || undefined,
    memoryBytes: memoryOf(given, board),
    disks: disksOf(given, board),
    nics: nicsOf(given, board),
    ...(hostDevices.length === 0 ? {} : { hostDevices }),
    ...(vmid === undefined ? {} : { vmid }),
    isManaged: isOfLibvirt(given),
    ...(isOfKubevirt(given) && { isKubevirt: true as const }),
    qmpSocket: qmpSocketOf(given),
  })
}

/** An administrator may change what it writes into the SMBIOS, but not where it has its sockets and disks. */
const isOfKubevirt = (given: Arguments): boolean =>
  isOfLibvirt(given) &&
  (given.all('smbios').some((table) => table.get('manufacturer') === 'KubeVirt') ||
    given.inOrder.some(({ value }) => value.includes('/run/kubevirt')))

const smbiosUuidOf = (given: Arguments): string | undefined =>
  given
    .all('smbios')
    .map((table) => (Number(table.get('type')) === 1 ? table.get('uuid') : undefined))
    .findLast((uuid) => uuid !== undefined)
