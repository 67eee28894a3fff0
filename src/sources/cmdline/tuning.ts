// How a QEMU command line tunes its VM: CPU model, topology, Hyper-V enlightenments, asynchronous I/O, queues. Only
// `kvminfo doctor` needs it, so the sources do not keep it.
import { KvminfoError } from '../../errors.ts'
import { type Arguments, parseArguments } from './arguments.ts'
import { BlockNodes } from './block-nodes.ts'
import { Budget, BudgetExceeded } from './budget.ts'
import type { Option } from './option.ts'

interface Topology {
  readonly sockets: number
  /** Per socket, with those of all dies and clusters. */
  readonly cores: number
  /** Per core. */
  readonly threads: number
}

export interface VmTuning {
  /** `host`, `max`, `Skylake-Server`, …; undefined if QEMU's default applies. */
  readonly cpuModel: string | undefined
  /** `relaxed`, `vapic`, `time`, …, without the prefix `hv-`. With `hv-passthrough`, only `passthrough`. */
  readonly enlightenments: ReadonlySet<string>
  /** undefined if -smp states no sockets, cores or threads. */
  readonly topology: Topology | undefined
  /** Whether the clock of the guest has local time, as Windows expects it. */
  readonly hasLocalTime: boolean
  /** By device: `threads`, `native`, `io_uring`. A disk whose mode is not stated is missing. */
  readonly aio: ReadonlyMap<string, string>
  /** Pairs of queues by device, of NICs on a tap device. */
  readonly queues: ReadonlyMap<string, number>
}

/** Throws SOURCE_MALFORMED for a command line that is empty or exceeds its budget. */
export function tuningFrom(cmdline: Buffer, path: string): VmTuning {
  try {
    const tuning = parseTuning(cmdline)
    if (tuning !== undefined) return tuning
  } catch (cause) {
    if (!(cause instanceof BudgetExceeded)) throw cause
    throw new KvminfoError('SOURCE_MALFORMED', `${path} has ${cause.message}`, { cause })
  }
  throw new KvminfoError('SOURCE_MALFORMED', `${path} is empty`)
}

/** undefined for an empty command line. Throws BudgetExceeded. */
export function parseTuning(cmdline: Buffer): VmTuning | undefined {
  const given = parseArguments(cmdline, new Budget())
  if (given === undefined) return undefined
  const cpu = given.values('cpu').at(-1)?.split(',') ?? []
  return {
    cpuModel: cpu[0] || undefined,
    enlightenments: new Set(cpu.slice(1).flatMap(enlightenmentOf)),
    topology: topologyOf(given),
    hasLocalTime: given.values('rtc').some((rtc) => rtc.split(',').includes('base=localtime')),
    aio: aioOf(given),
    queues: queuesOf(given),
  }
}

/** `hv-time`, `hv_time` and `hv-spinlocks=0x1fff`; not `hv-time=off`. */
function enlightenmentOf(flag: string): string[] {
  const [, name, value] = /^\+?hv[-_]([^=]+)(?:=(.*))?$/.exec(flag) ?? []
  return name === undefined || value === 'off' ? [] : [name.replaceAll('_', '-')]
}

function topologyOf(given: Arguments): Topology | undefined {
  const number = (key: string): number | undefined => {
    const text = given.merged('smp', key)
    return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined
  }
  const [sockets, stated, threads] = ['sockets', 'cores', 'threads'].map(number)
  if (sockets === undefined && stated === undefined && threads === undefined) return undefined
  const cores = (stated ?? 1) * (number('dies') ?? 1) * (number('clusters') ?? 1) * (number('modules') ?? 1)
  const cpus = number('maxcpus') ?? number('cpus') ?? Number.parseInt(given.values('smp').at(-1) ?? '', 10)
  const rest = Math.max(1, Math.ceil((cpus || 1) / (cores * (threads ?? 1))))
  return { sockets: sockets ?? rest, cores, threads: threads ?? 1 }
}

function aioOf(given: Arguments): Map<string, string> {
  const nodes = new BlockNodes(given)
  const aio = new Map<string, string>()
  for (const device of given.all('device')) {
    given.budget.spend(1)
    const node = nodes.of(device)
    const mode = node === undefined ? undefined : nodes.aio(node)
    if (mode !== undefined) aio.set(device.get('id') ?? device.get('drive')!, mode)
  }
  return aio
}

function queuesOf(given: Arguments): Map<string, number> {
  const taps = new Map<string | undefined, Option>()
  for (const netdev of given.all('netdev'))
    if (netdev.get('type') === 'tap') taps.set(netdev.get('id'), netdev)
  const queues = new Map<string, number>()
  for (const device of given.all('device')) {
    given.budget.spend(1)
    const netdev = device.get('netdev')
    const tap = netdev === undefined ? undefined : taps.get(netdev)
    if (tap !== undefined) queues.set(device.get('id') ?? netdev!, queuesOfTap(tap))
  }
  return queues
}

/** A manager opens the queues itself and passes them as `fds`, separated by colons. */
function queuesOfTap(tap: Option): number {
  const stated = Number(tap.get('queues') ?? Number.NaN)
  return Number.isInteger(stated) && stated > 0 ? stated : (tap.get('fds')?.split(':').length ?? 1)
}
