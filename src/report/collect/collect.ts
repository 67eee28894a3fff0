// Reads everything that a report needs: first which hosts and VMs there were, then the values of each host in turn.
// Memory is bounded by the number of VMs and steps, because the answers are put into arrays as they come.
import { KvminfoError } from '../../errors.ts'
import { up } from '../../metrics/exporter.ts'
import { vmInfo } from '../../metrics/vm.ts'
import type { Labels, Series } from '../api/answer.ts'
import type { PrometheusApi } from '../api/prometheus.ts'
import { type Grid, indexAt, type Run, runsOf, timeAt, unknown } from '../grid.ts'
import { type Asker, fetchInstant, fetchRange } from './fetch.ts'
import { identify, ownersOf, type Presence, type VmIdentityOverTime } from './identity.ts'
import type { Observed, ObservedHost, ObservedVm, VmStay } from './observed.ts'
import { nothingKnown, nowhere, readPresent } from './present.ts'
import {
  hostQuantities,
  hostQueries,
  type VmQuantity,
  vmQuantities,
  vmQueries,
  type Window,
} from './quantities.ts'
import { readRuns } from './remediation.ts'
import { matchers } from './selector.ts'

export interface CollectOptions {
  readonly api: PrometheusApi
  readonly grid: Grid
  /** Labels that tell hosts apart, besides job and instance. */
  readonly hostLabels: readonly string[]
  /** Matchers of PromQL that all series must have. */
  readonly given: readonly string[]
  readonly progress: (text: string) => void
}

/** Questions that are asked at the same time: half of what Prometheus answers at the same time on two CPUs. */
const atOnce = 4
/** 13 arrays of 1,500 steps for each VM: with these, 1.5 GB. */
const mostVms = 20_000

/** Throws REPORT_EMPTY if there is nothing in the range, or the error of a query. */
export async function collect(options: CollectOptions): Promise<Observed> {
  const { api, grid, given, progress } = options
  const warnings = new Set<string>()
  const asker: Asker = { api, grid, warn: (warning) => warnings.size < 50 && warnings.add(warning) }
  progress('asking for the hosts')
  const found = await findHosts(asker, options)
  const presences: Presence[] = []
  let done = 0
  await inTurns(found, async (host, index) => {
    presences.push(...(await findVms(asker, windowOf(host, options), index)))
    done += 1
    progress(`VMs of ${done} of ${found.length} hosts`)
  })
  const overlap = Math.max(2, Math.ceil(3600 / grid.step))
  const identities = identify(inOrder(presences), overlap)
  if (identities.length > mostVms) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      `${identities.length} VMs are more than the ${mostVms} that one report may have; choose fewer hosts by --match`,
    )
  }
  const vmSeries = emptySeries(grid, identities.length)
  const owners = ownersByHost(found.length, identities)
  done = 0
  const hosts = await inTurns(found, async (host, index): Promise<ObservedHost> => {
    const window = windowOf(host, options)
    const owner = mapOfOwners(grid, owners[index]!)
    await readVms(asker, window, owner, vmSeries)
    const read = await readHost(asker, window, host)
    done += 1
    progress(`values of ${done} of ${found.length} hosts`)
    return read
  })
  progress('asking for remediation and thresholds')
  return {
    grid,
    hosts,
    vms: identities.map((identity, index) => observedVm(identity, vmSeries[index]!, hosts)),
    runs: await readRuns(asker, given),
    thresholds: await readThresholds(asker),
    warnings: [...warnings],
    queries: api.queries,
  }
}

interface FoundHost {
  readonly name: string
  readonly labels: Labels
  readonly scrapes: Float32Array
  readonly couldList: Float32Array
}

/** Steps end at whole hours, so a Prometheus that is minutes old has nothing for a range of a month. */
function nothingFound(series: string, { from, to, step }: Grid): string {
  const [begin, end] = [from, to].map((at) => new Date(at * 1000).toISOString().replace(/:00\.000Z$/, 'Z'))
  return `Prometheus has no ${series} from ${begin} to ${end}, in steps of ${step} s; check --from, --to, --match, and that it scrapes the exporters, and use a shorter --range such as 1h if it has done so for less than a step`
}

async function findHosts(asker: Asker, { grid, hostLabels, given }: CollectOptions): Promise<FoundHost[]> {
  const labelNames = ['job', 'instance', ...hostLabels]
  const by = `by (${labelNames.join(', ')})`
  const range = `${up.name}{${matchers({}, given)}}[${grid.step}s]`
  const hosts = new Map<string, { labels: Labels; scrapes: Float32Array; couldList: Float32Array }>()
  const hostOf = (labels: Labels) => {
    const key = JSON.stringify(labelNames.map((name) => labels[name] ?? ''))
    const host = hosts.get(key) ?? {
      labels: Object.fromEntries(labelNames.map((name) => [name, labels[name] ?? ''])),
      scrapes: new Float32Array(grid.points),
      couldList: new Float32Array(grid.points),
    }
    hosts.set(key, host)
    return host
  }
  await fetchRange(asker, `sum ${by} (count_over_time(${range}))`, 100, (series) => {
    for (const one of series) fill(grid, one, hostOf(one.labels).scrapes)
  })
  await fetchRange(asker, `max ${by} (max_over_time(${range}))`, 100, (series) => {
    for (const one of series) fill(grid, one, hostOf(one.labels).couldList)
  })
  if (hosts.size === 0) {
    throw new KvminfoError('REPORT_EMPTY', nothingFound(`${up.name}{${matchers({}, given)}}`, grid))
  }
  const all = [...hosts.values()]
  const plain = (labels: Labels) => [labels.instance, ...hostLabels.map((name) => labels[name])].join(' ')
  const count = Map.groupBy(all, ({ labels }) => plain(labels))
  return all
    .map((host) => {
      const name = plain(host.labels)
      return { ...host, name: count.get(name)!.length > 1 ? `${host.labels.job} ${name}` : name }
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
}

const windowOf = ({ labels }: FoundHost, { grid, given }: CollectOptions): Window => ({
  host: matchers(labels, given),
  step: `${grid.step}s`,
})

async function findVms(asker: Asker, window: Window, host: number): Promise<Presence[]> {
  const { grid } = asker
  const present = new Map<string, { name: string; uuid: string; at: Uint8Array }>()
  const query = `group by (vm, uuid) (last_over_time(${vmInfo.name}{${window.host}}[${window.step}]))`
  await fetchRange(asker, query, 50, (series) => {
    for (const { labels, points } of series) {
      const { vm: name = '', uuid = '' } = labels
      const key = JSON.stringify([name, uuid])
      const one = present.get(key) ?? { name, uuid, at: new Uint8Array(grid.points) }
      present.set(key, one)
      for (const [time] of points) one.at[indexAt(grid, time)] = 1
    }
  })
  return [...present.values()].map(({ name, uuid, at }) => ({
    host,
    name,
    uuid,
    runs: runsOf(grid.points, (index) => at[index] === 1),
  }))
}

/** Whatever host answered first. */
const inOrder = (presences: readonly Presence[]): Presence[] =>
  presences.toSorted((a, b) => a.host - b.host || a.name.localeCompare(b.name, 'en', { numeric: true }))

type VmSeries = Record<VmQuantity, Float32Array>

/**
 * Views of one array for each quantity, because the garbage collector visits every array: with one for each VM and quantity,
 * it took most of the time of a report on 5,000 VMs.
 */
function emptySeries({ points }: Grid, vms: number): VmSeries[] {
  const all = vmQuantities.map(
    (quantity) => [quantity, new Float32Array(vms * points).fill(Number.NaN)] as const,
  )
  return Array.from(
    { length: vms },
    (_, vm) =>
      Object.fromEntries(
        all.map(([quantity, values]) => [quantity, values.subarray(vm * points, (vm + 1) * points)]),
      ) as VmSeries,
  )
}

interface Owner {
  readonly vm: number
  readonly presence: Presence
}

function ownersByHost(hosts: number, identities: readonly VmIdentityOverTime[]): Owner[][] {
  const owners: Owner[][] = Array.from({ length: hosts }, () => [])
  for (const [vm, { presences }] of identities.entries()) {
    for (const presence of presences) owners[presence.host]!.push({ vm, presence })
  }
  return owners
}

/** By the label `vm`. */
const mapOfOwners = ({ points }: Grid, owners: readonly Owner[]): Map<string, Int32Array> =>
  new Map(
    [...Map.groupBy(owners, ({ presence }) => presence.name)].map(([name, of]) => [
      name,
      ownersOf(points, of),
    ]),
  )

async function readVms(
  asker: Asker,
  window: Window,
  owners: ReadonlyMap<string, Int32Array>,
  into: readonly VmSeries[],
): Promise<void> {
  if (owners.size === 0) return
  const { grid } = asker
  for (const quantity of vmQuantities) {
    const { query, join } = vmQueries[quantity]
    await fetchRange(asker, query(window), owners.size, (series) => {
      for (const { labels, points } of series) {
        const owner = owners.get(labels.vm ?? '')
        if (owner === undefined) continue
        for (const [time, value] of points) {
          const index = indexAt(grid, time)
          const vm = owner[index] ?? -1
          if (vm < 0) continue
          const values = into[vm]![quantity]
          const before = values[index]!
          values[index] = Number.isNaN(before)
            ? value
            : join === 'add'
              ? before + value
              : Math.max(before, value)
        }
      }
    })
  }
}

async function readHost(asker: Asker, window: Window, host: FoundHost): Promise<ObservedHost> {
  const { grid } = asker
  const series: [string, Float32Array][] = []
  for (const quantity of hostQuantities) {
    const values = unknown(grid)
    await fetchRange(asker, hostQueries[quantity](window), 1, ([one]) => {
      if (one !== undefined) fill(grid, one, values)
    })
    series.push([quantity, values])
  }
  const lastIndex = host.scrapes.findLastIndex((count) => count > 0)
  const time = timeAt(grid, lastIndex)
  const now = lastIndex < 0 ? nowhere : await readPresent(window, (query) => fetchInstant(asker, query, time))
  return { ...host, series: Object.fromEntries(series) as ObservedHost['series'], lastIndex, now }
}

function fill(grid: Grid, { points }: Series, values: Float32Array): void {
  for (const [time, value] of points) values[indexAt(grid, time)] = value
}

function observedVm(
  { uuid, sharesUuid, presences }: VmIdentityOverTime,
  series: VmSeries,
  hosts: readonly ObservedHost[],
): ObservedVm {
  const pieces = presences
    .flatMap(({ host, name, runs }) => runs.map((run): VmStay & Run => ({ host, name, ...run })))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  const stays: VmStay[] = []
  for (const { host, name, begin, end } of pieces) {
    const before = stays.at(-1)
    if (before?.host === host && before.name === name) {
      stays[stays.length - 1] = { ...before, end: Math.max(before.end, end) }
    } else stays.push({ host, name, begin, end })
  }
  const last = stays.at(-1)!
  return { uuid, sharesUuid, stays, series, now: hosts[last.host]!.now.vms.get(last.name) ?? nothingKnown }
}

/** What an operator set in alerts/settings.rules.yaml, if Prometheus has these rules. */
async function readThresholds(asker: Asker): Promise<Map<string, number>> {
  const query = `last_over_time({__name__=~"kvminfo:[a-z_]+:threshold"}[1d])`
  const series = await fetchInstant(asker, query, asker.grid.to)
  return new Map(
    series.flatMap(({ labels, points }): [string, number][] => {
      const name = /^kvminfo:(\w+):threshold$/.exec(labels.__name__ ?? '')?.[1]
      const value = points.at(-1)?.[1]
      return name === undefined || value === undefined ? [] : [[name, value]]
    }),
  )
}

/** Calls `work` for each item, some at the same time, and returns what it returned in their order. */
async function inTurns<Item, Of>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Of>,
): Promise<Of[]> {
  const results: Of[] = []
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index]!, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return results
}
