// The pool of 2 MiB pages of a NUMA node. The kernel makes as many pages as it finds memory for in one piece, which may be
// fewer than it was asked for. Such a pool is put back, and the answer says how many pages there would have been, because
// a VM does not start with fewer pages than it has memory.
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import { leavesReserve } from '../../policy/memory-reserve.ts'
import { type AvailableMemory, hostMemory, nodeMemory } from '../../sources/meminfo/available.ts'
import type { HugePagesOperation } from '../protocol.ts'
import { readNumber, writeSlowValue } from './kernel-file.ts'
import type { OperationKit } from './operation.ts'

const pageBytes = 2 * 1024 * 1024

/** 512 MiB at a time, so that an interruption costs little and the host's other memory is watched in between. */
const pagesAtOnce = 256

/** Shorter than the client waits for this kind of operation. */
const limitMs = 60_000

export function hugePages(procfs: string, sysfs: string): OperationKit<HugePagesOperation> {
  const hostPool = join(sysfs, 'kernel/mm/hugepages/hugepages-2048kB')
  const pool = (node: number | null) =>
    node === null ? hostPool : join(sysfs, `devices/system/node/node${node}/hugepages/hugepages-2048kB`)
  const pages = (node: number | null) => join(pool(node), 'nr_hugepages')

  /** Why the host or the node has no room for so many more pages. */
  function roomProblem(node: number | null, more: number): string | undefined {
    const problem = (memory: AvailableMemory, what: string) =>
      leavesReserve(memory, more * pageBytes)
        ? undefined
        : `${more} more huge pages would leave ${what} less than a tenth of its memory: ${memory.available} of ${memory.total} bytes are available`
    return (
      problem(hostMemory(procfs), 'the host') ??
      (node === null ? undefined : problem(nodeMemory(sysfs, node), `node ${node}`))
    )
  }

  /** Pages that nobody uses, and that no process was promised. */
  function freePages(node: number | null): number {
    const unpromised =
      readNumber(join(hostPool, 'free_hugepages')) - readNumber(join(hostPool, 'resv_hugepages'))
    return Math.min(unpromised, readNumber(join(pool(node), 'free_hugepages')))
  }

  async function grow({ node, from, to }: HugePagesOperation): Promise<void> {
    const end = performance.now() + limitMs
    let live = readNumber(pages(node))
    let problem: string | undefined
    while (live < to && problem === undefined) {
      const next = Math.min(to, live + pagesAtOnce)
      problem = roomProblem(node, next - live)
      if (problem !== undefined) break
      await writeSlowValue(pages(node), next)
      const after = readNumber(pages(node))
      if (after < next) problem = 'the kernel found no more memory in one piece'
      else if (performance.now() > end) problem = `it takes longer than ${limitMs / 1000} s`
      live = after
    }
    if (live >= to) return
    await writeSlowValue(pages(node), from)
    throw new KvminfoError(
      'CHANGE_FAILED',

      `only ${live - from} of ${to - from} huge pages could be made, and they were put back: ${problem}`,
    )
  }

  async function shrink({ node, to }: HugePagesOperation): Promise<void> {
    const taken = readNumber(pages(node)) - to
    const free = freePages(node)
    // The kernel would go below it, and count the pages in use as surplus.
    if (free < taken)
      throw new KvminfoError(
        'CHANGE_FAILED',
        `${taken} huge pages should be given back, and only ${free} are free`,
      )
    await writeSlowValue(pages(node), to)
  }

  return {
    knob: ({ node }) => `huge pages ${node ?? 'all'}`,
    encode: String,
    decode: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
    problem: () => undefined,
    excess({ node, from, to }) {
      return to < from ? 'a pool is only made smaller to restore it' : roomProblem(node, to - from)
    },
    needsLease: () => false,
    read: ({ node }) => readNumber(pages(node)),
    write: (operation) =>
      operation.to > readNumber(pages(operation.node)) ? grow(operation) : shrink(operation),
  }
}
