// Which VMs fit on which host: first fit, by CPU near the peak and memory. It knows nothing of storage, networks, CPU
// models, or VMs that must be kept apart.
import { median } from 'simple-statistics'
import type { Fit, Placement } from '../document.ts'

/** What a VM needs, or a host has left. */
interface Resources {
  /** CPUs. */
  readonly cpu: number
  /** Bytes of ordinary memory, and of huge pages. */
  readonly memory: number
  readonly hugePages: number
  readonly realtimeVcpus: number
}

export interface FitHost {
  readonly name: string
  readonly room: Resources
}

export interface FitVm {
  readonly name: string
  readonly host: string
  readonly needs: Resources
}

const resources = ['cpu', 'memory', 'hugePages', 'realtimeVcpus'] as const
type Resource = (typeof resources)[number]
const words: Readonly<Record<Resource, string>> = {
  cpu: 'CPU',
  memory: 'memory',
  hugePages: 'huge pages',
  realtimeVcpus: 'real-time vCPUs',
}

type Rooms = Map<string, Record<Resource, number>>

/** `hosts` in the order in which they are tried. A VM whose needs are not known is in `unknown`. */
export function planFit(
  hosts: readonly FitHost[],
  vms: readonly FitVm[],
  unknown: readonly Omit<FitVm, 'needs'>[],
): Fit {
  const vmsOf = Map.groupBy(vms, ({ host }) => host)
  const unknownOf = Map.groupBy(unknown, ({ host }) => host)
  const evacuate = (host: string, rooms: Rooms) => {
    const { placements, left } = place(vmsOf.get(host) ?? [], rooms)
    const notKnown = (unknownOf.get(host) ?? []).map(({ name }) => ({
      vm: name,
      reason: 'its needs are not known',
    }))
    return { host, placements, left: [...left, ...notKnown] }
  }
  return {
    evacuations: hosts.map(({ name }) => evacuate(name, roomsOf(hosts, name))),
    emptied: emptied(hosts, vmsOf, (host, rooms) => evacuate(host, rooms)),
    relief: relief(hosts, vmsOf),
    ...additional(hosts, vms),
  }
}

const roomsOf = (hosts: readonly FitHost[], without?: string): Rooms =>
  new Map(hosts.filter(({ name }) => name !== without).map(({ name, room }) => [name, { ...room }]))

/** What does not fit, or undefined. */
function shortage(needs: Resources, room: Resources): Resource | undefined {
  return resources.find((resource) => needs[resource] > 0 && needs[resource] > room[resource])
}

/** Largest first, each to the first host that has room. Takes the room away. */
function place(vms: readonly FitVm[], rooms: Rooms) {
  const placements: Placement[] = []
  const left: { vm: string; reason: string }[] = []
  for (const { name, host, needs } of largestFirst(vms)) {
    const target = [...rooms].find(([, room]) => shortage(needs, room) === undefined)
    if (target === undefined) {
      left.push({ vm: name, reason: reasonFor(needs, rooms) })
      continue
    }
    for (const resource of resources) target[1][resource] -= needs[resource]
    placements.push({ vm: name, from: host, to: target[0] })
  }
  return { placements, left }
}

const largestFirst = (vms: readonly FitVm[]): FitVm[] =>
  vms.toSorted(
    (a, b) =>
      b.needs.memory + b.needs.hugePages - a.needs.memory - a.needs.hugePages || b.needs.cpu - a.needs.cpu,
  )

/** What most hosts lack. */
function reasonFor(needs: Resources, rooms: Rooms): string {
  if (rooms.size === 0) return 'there is no other host'
  const lacks = [...rooms.values()].map((room) => shortage(needs, room)!)
  const [most] = [...Map.groupBy(lacks, (resource) => resource)].sort(([, a], [, b]) => b.length - a.length)
  return `no other host has enough ${words[most![0]]}`
}

/** The least used hosts first; a host that received VMs stays. */
function emptied(
  hosts: readonly FitHost[],
  vmsOf: ReadonlyMap<string, readonly FitVm[]>,
  evacuate: (host: string, rooms: Rooms) => Fit['evacuations'][number],
): Fit['emptied'] {
  const rooms = roomsOf(hosts)
  const needed = (host: string) => (vmsOf.get(host) ?? []).reduce((sum, { needs }) => sum + needs.memory, 0)
  const order = hosts.map(({ name }) => name).sort((a, b) => needed(a) - needed(b))
  const result: { host: string; placements: readonly Placement[] }[] = []
  const received = new Set<string>()
  for (const host of order) {
    if (received.has(host)) continue
    const trial: Rooms = new Map(
      [...rooms].filter(([name]) => name !== host).map(([name, room]) => [name, { ...room }]),
    )
    const { placements, left } = evacuate(host, trial)
    if (left.length > 0 || trial.size === 0) continue
    rooms.delete(host)
    for (const [name, room] of trial) rooms.set(name, room)
    for (const { to } of placements) received.add(to)
    result.push({ host, placements })
  }
  return result
}

/** Moves from hosts that are above a limit until they are below it, or nothing fits any more. */
function relief(hosts: readonly FitHost[], vmsOf: ReadonlyMap<string, readonly FitVm[]>): Placement[] {
  const rooms = roomsOf(hosts)
  const isOver = (room: Resources) => room.cpu < 0 || room.memory < 0
  const over = hosts.filter(({ room }) => isOver(room)).map(({ name }) => name)
  const moves: Placement[] = []
  for (const host of over) {
    const room = rooms.get(host)!
    const others: Rooms = new Map([...rooms].filter(([name]) => !over.includes(name)))
    const by: Resource = room.cpu < 0 ? 'cpu' : 'memory'
    for (const vm of (vmsOf.get(host) ?? []).toSorted((a, b) => b.needs[by] - a.needs[by])) {
      if (!isOver(room)) break
      const { placements } = place([vm], others)
      if (placements.length === 0) continue
      for (const resource of resources) room[resource] += vm.needs[resource]
      moves.push(...placements)
    }
  }
  return moves
}

function additional(hosts: readonly FitHost[], vms: readonly FitVm[]): Pick<Fit, 'additional' | 'medianVm'> {
  const ordinary = vms.filter(({ needs }) => needs.hugePages === 0)
  if (ordinary.length === 0) return { additional: [], medianVm: null }
  const medianVm = {
    cpu: median(ordinary.map(({ needs }) => needs.cpu)),
    memory: median(ordinary.map(({ needs }) => needs.memory)),
  }
  const times = (room: number, one: number) =>
    one > 0 ? Math.floor(Math.max(0, room) / one + 1e-6) : Infinity
  return {
    medianVm,
    additional: hosts.map(({ name, room }) => {
      const fits = Math.min(times(room.cpu, medianVm.cpu), times(room.memory, medianVm.memory))
      return { host: name, vms: Number.isFinite(fits) ? fits : 0 }
    }),
  }
}
