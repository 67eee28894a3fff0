// What a host has, uses and has left.
import { runDelayShare } from '../../model/shares.ts'
import type { Observed, ObservedHost, ObservedVm } from '../collect/observed.ts'
import type { HostDay, HostMemory, HostReport, Limits, Trends } from '../document.ts'
import { day, type Grid } from '../grid.ts'
import { type Bucket, perBucket } from '../statistics/buckets.ts'
import { combine, summarize } from '../statistics/summary.ts'
import { isoTime } from './times.ts'
import { trendOf } from './trends.ts'
import { figuresOf, lastKnown } from './vm-figures.ts'

/** What the host's running VMs take, from `vm-report.ts`. */
export interface HostLoad {
  readonly vcpus: number
  /** Given to guests in ordinary memory, or held if that is more. */
  readonly given: number
  /** Held by the processes now, without huge pages. */
  readonly resident: number
}

type Part = Pick<
  HostReport,
  | 'cpus'
  | 'vcpusPerCpu'
  | 'busy'
  | 'runDelay'
  | 'memory'
  | 'hugePages'
  | 'realtime'
  | 'headRoom'
  | 'trends'
  | 'days'
>

export const isCurrent = ({ points, step }: Grid, { lastIndex }: ObservedHost): boolean =>
  lastIndex >= points - Math.max(2, Math.ceil(day / step))

export function hostFigures(
  { grid, vms }: Pick<Observed, 'grid' | 'vms'>,
  host: ObservedHost,
  index: number,
  load: HostLoad,
  limits: Limits,
  buckets: readonly Bucket[],
): Part {
  const { series } = host
  const cpus = lastKnown(series.cpus)
  const busy = combine((used, all) => used / all, series.busy, series.cpus)
  const delay = runDelayOf(grid, vms, index)
  const memory = memoryOf(host, load, limits)
  const pool = lastKnown(series.pool) ?? 0
  const realtimeNow = lastKnown(series.realtime)
  const budget = cpus === null ? null : Math.floor(limits.realtimeDensityHigh * cpus + 1e-6)
  const free = lastKnown(series.poolFree)
  const busyFigures = figuresOf(busy)
  return {
    cpus,
    vcpusPerCpu: cpus === null ? null : load.vcpus / cpus,
    busy: busyFigures,
    runDelay: figuresOf(delay),
    memory,
    hugePages:
      pool > 0 && free !== null
        ? { pool, freeNow: free, freeMin: summarize(series.poolFree)?.min ?? free }
        : null,
    realtime:
      realtimeNow === null || budget === null
        ? null
        : { vcpus: realtimeNow, budget, left: Math.max(0, budget - realtimeNow) },
    headRoom: {
      cpus: busyFigures === null || cpus === null ? null : (limits.hostCpuHigh - busyFigures.p95) * cpus,
      memory: memory === null ? null : promised(memory, load),
      hugePages: pool > 0 ? free : null,
      realtimeVcpus: realtimeNow === null || budget === null ? null : Math.max(0, budget - realtimeNow),
    },
    trends: trends(grid, host, busy, memory, limits, buckets),
    days: days(host, busy, delay, buckets),
  }
}

/** Memory that is neither given to a guest, nor used by the host itself, nor the reserve. */
function promised({ ordinary, reserve, availableNow }: HostMemory, { given, resident }: HostLoad): number {
  const own = Math.max(0, ordinary - availableNow - resident)
  return ordinary - reserve - own - given
}

function memoryOf({ series }: ObservedHost, load: HostLoad, limits: Limits): HostMemory | null {
  const total = lastKnown(series.memory)
  const availableNow = lastKnown(series.available)
  if (total === null || availableNow === null) return null
  const ordinary = total - (lastKnown(series.pool) ?? 0)
  return {
    total,
    ordinary,
    availableNow,
    availableMin: summarize(series.available)?.min ?? availableNow,
    reserve: limits.hostMemoryLow * ordinary,
    given: load.given,
    commitment: load.given / ordinary,
  }
}

/** Of all VMs of the host together, as the recording rule of that name. */
function runDelayOf(grid: Grid, vms: readonly ObservedVm[], host: number): Float32Array {
  const cpu = new Float32Array(grid.points)
  const delay = new Float32Array(grid.points).fill(Number.NaN)
  for (const { stays, series } of vms) {
    for (const stay of stays) {
      if (stay.host !== host) continue
      for (let at = stay.begin; at < stay.end; at += 1) {
        const waited = series.delay[at]!
        if (Number.isNaN(waited)) continue
        delay[at] = (delay[at]! || 0) + waited
        cpu[at]! += series.cpu[at]! || 0
      }
    }
  }
  return combine((waited, used) => runDelayShare(waited, used) ?? Number.NaN, delay, cpu)
}

function trends(
  grid: Grid,
  { series }: ObservedHost,
  busy: Float32Array,
  memory: HostMemory | null,
  limits: Limits,
  buckets: readonly Bucket[],
): Trends {
  const of = (values: Float32Array, what: 'p95' | 'min', limit: number, towards: 1 | -1) =>
    trendOf(
      grid,
      buckets,
      perBucket(values, buckets, (known) => summarize(known)![what]),
      limit,
      towards,
    )
  const hasPool = (lastKnown(series.pool) ?? 0) > 0
  return {
    cpu: of(busy, 'p95', limits.hostCpuHigh, 1),
    memory: of(series.available, 'min', memory?.reserve ?? Number.NaN, -1),
    hugePages: hasPool ? of(series.poolFree, 'min', 0, -1) : null,
  }
}

function days(
  { series }: ObservedHost,
  busy: Float32Array,
  delay: Float32Array,
  buckets: readonly Bucket[],
): HostDay[] {
  const each = (values: Float32Array, what: 'mean' | 'p95' | 'min') =>
    perBucket(values, buckets, (known) => summarize(known)![what])
  const [mean, p95, available, free, runDelay] = [
    each(busy, 'mean'),
    each(busy, 'p95'),
    each(series.available, 'min'),
    each(series.poolFree, 'min'),
    each(delay, 'p95'),
  ]
  return buckets.map(({ time }, at) => ({
    time: isoTime(time),
    busyMean: mean[at] ?? null,
    busyP95: p95[at] ?? null,
    availableMin: available[at] ?? null,
    hugePagesFreeMin: free[at] ?? null,
    runDelay: runDelay[at] ?? null,
  }))
}
