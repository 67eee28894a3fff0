// On which NUMA nodes a pool of 2 MiB pages can grow, and by how much.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { HugePagePool } from '../../model/host.ts'
import type { Sample } from '../../observe/sample.ts'
import { memoryReserve } from '../../policy/memory-reserve.ts'
import { type AvailableMemory, hostMemory, nodeMemory } from '../../sources/meminfo/available.ts'

export const hugePageBytes = 2 * 1024 * 1024

export interface PoolRoom {
  /** null on hosts whose kernel knows no nodes. */
  readonly node: number | null
  readonly pages: number
  readonly free: number
  /** How many more pages leave a tenth of the node's memory available. */
  readonly room: number
}

export interface HugePageRoom {
  /** The one with the most room first. */
  readonly pools: readonly PoolRoom[]
  /** Pages that no process has or was promised. */
  readonly free: number
  /** How many more pages leave a tenth of the host's memory available; less than the sum of the nodes, or as much. */
  readonly room: number
  readonly memory: AvailableMemory
}

export function hugePageRoom(sample: Sample, procfs: string, sysfs: string): HugePageRoom {
  const memory = hostMemory(procfs)
  const pools = (sample.hugePages ?? [])
    .filter(({ pageBytes }) => pageBytes === hugePageBytes)
    .map((pool) => roomOf(pool, memory, sysfs))
    .sort((a, b) => b.room - a.room)
  const sum = (key: 'free' | 'room'): number => pools.reduce((total, pool) => total + pool[key], 0)
  const promised = sample.memory?.get('HugePages_Rsvd') ?? 0
  return {
    pools,
    free: Math.max(0, sum('free') - promised),
    room: Math.min(sum('room'), roomIn(memory)),
    memory,
  }
}

function roomOf({ node, total, free }: HugePagePool, memory: AvailableMemory, sysfs: string): PoolRoom {
  const hasNodes = existsSync(join(sysfs, `devices/system/node/node${node}`))
  return {
    node: hasNodes ? node : null,
    pages: total,
    free,
    room: roomIn(hasNodes ? nodeMemory(sysfs, node) : memory),
  }
}

const roomIn = ({ available, total }: AvailableMemory): number =>
  Math.max(0, Math.floor((available - memoryReserve(total)) / hugePageBytes))

/** Spreads so many more pages over the nodes: as many as possible on the one with the most room. */
export function spread(pools: readonly PoolRoom[], pages: number): (PoolRoom & { readonly more: number })[] {
  let left = pages
  return pools.flatMap((pool) => {
    const more = Math.min(left, pool.room)
    left -= more
    return more === 0 ? [] : [{ ...pool, more }]
  })
}
