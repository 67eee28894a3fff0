// The file of a recording. Its first line says what it is. Every further line is one frame: JSON, compressed by deflate, in
// base64. A line stands by itself, so a torn or damaged one costs only its own frame.
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { KvminfoError } from '../../errors.ts'
import { type TaskRows, taskFields } from '../../model/task-rows.ts'
import type { TaskFigures } from '../../observe/task-history.ts'
import type { Frame } from '../frame/frame.ts'
import type { TaskList } from '../frame/task-list.ts'

const format = 'kvminfo-top'
const version = 1

/** A line of a thousand VMs and a thousand tasks has some hundred kilobytes. What is longer is no frame. */
export const maxLineBytes = 8 * 1024 * 1024
const maxJsonBytes = 64 * 1024 * 1024

export interface RecordingHead {
  readonly host: string
  /** Seconds since the Unix epoch. */
  readonly startedAt: number
}

export function headLine({ host, startedAt }: RecordingHead): string {
  return `${JSON.stringify({ format, version, host, startedAt })}\n`
}

const headSchema = z.object({
  format: z.literal(format),
  version: z.number(),
  host: z.string(),
  startedAt: z.number(),
})

/** `path` is for the message. Throws CONFIG_INVALID. */
export function readHead(line: string, path: string): RecordingHead {
  let head: z.infer<typeof headSchema>
  try {
    head = headSchema.parse(JSON.parse(line))
  } catch {
    throw new KvminfoError('CONFIG_INVALID', `${path} is not a recording of kvminfo top --record`)
  }
  if (head.version === version) return head
  throw new KvminfoError(
    'CONFIG_INVALID',
    `${path} is a recording of format ${head.version}, but this release reads format ${version}: replay it with the release that wrote it`,
  )
}

const number = z.number().nullable()
const text = z.string().nullable()
const wait = z.object({ name: z.string(), perSecond: z.number(), wait: number })
const waits = z.array(wait).nullable()
const scheduling = { policy: text, rtPriority: number, nice: number }

const vm = z.object({
  label: z.string(),
  pid: z.number(),
  state: text,
  class: z.enum(['emulated-io', 'mixed', 'in-kernel-io', 'near-native', 'idle']).nullable(),
  ratio: number,
  ioShare: number,
  kernelSwitches: number,
  userspaceSwitches: number,
  io: number,
  exceptions: number,
  userspaceWait: number,
  device: text,
  deviceWait: number,
  devicePerSecond: number,
  vcpus: z.number(),
  cpu: number,
  runDelay: number,
  ...scheduling,
  residentBytes: number,
  hugetlbBytes: number,
  memoryMaxBytes: number,
})

const vcpu = z.object({
  id: z.number(),
  tid: z.number(),
  lastCpu: number,
  ...scheduling,
  cpu: number,
  runDelay: number,
  exits: number,
  userspaceSwitches: number,
  userspaceWait: number,
})

const detail = z.object({
  threads: z.array(vcpu),
  mixSeconds: number,
  reasons: waits,
  userspaceReasons: waits,
  devices: waits,
  hardware: z.array(z.string()),
})

const host = z.object({
  name: z.string(),
  kernel: text,
  bootTime: number,
  hz: number,
  cpus: number,
  busy: number,
  busyAverage: number,
  busyPeak: number,
  busyByTasks: number,
  perCpu: z.array(z.object({ cpu: z.number(), busy: number })),
  memory: z.object({
    total: number,
    free: number,
    available: number,
    buffers: number,
    cached: number,
    hugePagesTotal: number,
    hugePagesFree: number,
    hugePageSize: number,
  }),
  tasks: z.number(),
  running: z.number(),
  blocked: z.number(),
  self: z.object({ cpu: number, residentBytes: z.number() }),
})

const figureNames = ['cpu', 'runDelay', 'processCpu', 'processRunDelay', 'processCpuNs'] as const

const column = z.array(number)
const columns = <Name extends string>(names: readonly Name[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, column])) as Record<Name, typeof column>)

const tasks = z.object({
  scope: z.enum(['threads', 'processes']),
  total: z.number(),
  hz: number,
  uptimeNs: number,
  memoryBytes: number,
  cpus: number,
  names: z.array(z.string()),
  running: column,
  rows: columns(taskFields),
  figures: columns(figureNames),
  users: z.array(z.tuple([z.number(), z.string()])),
})

const frameSchema = z.object({
  at: z.number(),
  seconds: number,
  number: z.number(),
  host,
  sources: z.array(z.object({ fact: z.string(), source: z.string(), reason: text })),
  missing: z.record(z.string(), z.string()),
  vms: z.array(vm),
  /** In the order of `vms`. */
  details: z.array(detail),
  tasks,
})

type RecordedFrame = z.infer<typeof frameSchema>

/** `taskRows`: the rows of the tasks to keep. */
export function frameLine(frame: Frame, taskRows: readonly number[]): string {
  const { tasks: list, detail: detailOf, ...rest } = frame
  const recorded: RecordedFrame = {
    ...(rest as Pick<RecordedFrame, keyof typeof rest>),
    details: frame.vms.map(({ pid }) => ({ ...detailOf(pid)! }) as RecordedFrame['details'][number]),
    tasks: recordTasks(list, taskRows),
  }
  return `${deflateRawSync(JSON.stringify(recorded), { level: 3 }).toString('base64')}\n`
}

function recordTasks(list: TaskList, kept: readonly number[]): RecordedFrame['tasks'] {
  const { rows, figures } = list
  const pick = (from: ArrayLike<number>) => kept.map((row) => nullable(from[row]!))
  const all = <Name extends string>(names: readonly Name[], from: Record<Name, Float64Array>) =>
    Object.fromEntries(names.map((name) => [name, pick(from[name])])) as Record<Name, (number | null)[]>
  for (const row of kept) rows.complete(row)
  const uids = new Set(kept.map((row) => rows.uid[row]!))
  return {
    scope: rows.scope,
    total: list.total,
    hz: rows.hz ?? null,
    uptimeNs: nullable(list.uptimeNs),
    memoryBytes: nullable(list.memoryBytes),
    cpus: nullable(list.cpus),
    names: kept.map((row) => rows.names[row]!),
    running: pick(figures.processRunning),
    rows: all(taskFields, rows),
    figures: all(figureNames, figures),
    users: [...list.users].filter(([uid]) => uids.has(uid)),
  }
}

/** JSON has no NaN. */
const nullable = (value: number): number | null => (Number.isNaN(value) ? null : value)
const orNaN = (value: number | null): number => value ?? Number.NaN

/** undefined if the line is torn or damaged. */
export function readFrame(line: string): Frame | undefined {
  try {
    const json = inflateRawSync(Buffer.from(line, 'base64'), { maxOutputLength: maxJsonBytes }).toString(
      'utf8',
    )
    return frameOf(frameSchema.parse(JSON.parse(json)))
  } catch {
    return undefined
  }
}

function frameOf({ details, tasks: recorded, ...rest }: RecordedFrame): Frame | undefined {
  const byPid = new Map(rest.vms.map(({ pid }, index) => [pid, details[index]]))
  const { names } = recorded
  const all = { ...recorded.rows, ...recorded.figures, running: recorded.running }
  if (Object.values(all).some(({ length }) => length !== names.length)) return undefined
  const numbers = <Name extends string>(from: Record<Name, (number | null)[]>) =>
    Object.fromEntries(
      Object.entries<(number | null)[]>(from).map(([name, values]) => [
        name,
        Float64Array.from(values, orNaN),
      ]),
    ) as Record<Name, Float64Array>
  const rows: TaskRows = {
    ...numbers(recorded.rows),
    scope: recorded.scope,
    count: names.length,
    names,
    hz: recorded.hz ?? undefined,
    complete() {},
  }
  const figures: TaskFigures = {
    ...numbers(recorded.figures),
    processRunning: Uint8Array.from(recorded.running, (value) => value ?? 0),
  }
  const list: TaskList = {
    rows,
    figures,
    seconds: orNaN(rest.seconds),
    uptimeNs: orNaN(recorded.uptimeNs),
    memoryBytes: orNaN(recorded.memoryBytes),
    cpus: orNaN(recorded.cpus),
    users: new Map(recorded.users),
    vms: new Map(rest.vms.map(({ pid, label }) => [pid, label])),
    total: recorded.total,
  }
  return { ...rest, tasks: list, detail: (pid) => byPid.get(pid) }
}
