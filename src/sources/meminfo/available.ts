// The memory that can be taken without making the host swap, of the whole host and of one NUMA node.
import { readFileSync } from 'node:fs'
import { sourceError } from '../source-error.ts'
import { WholeFile } from '../whole-file.ts'
import { readMeminfo } from './read.ts'

export interface AvailableMemory {
  /** Bytes. */
  readonly total: number
  readonly available: number
}

/** By the kernel's own estimate (MemAvailable). */
export function hostMemory(procfs: string): AvailableMemory {
  const fields = readMeminfo(procfs, new WholeFile())
  return {
    total: fields.get('MemTotal')!,
    available: fields.get('MemAvailable') ?? fields.get('MemFree') ?? 0,
  }
}

/**
 * The kernel has no estimate for one node. This is the same sum without its reserves, and half of the page cache: free
 * memory, and half of what it could drop.
 */
export function nodeMemory(sysfs: string, node: number): AvailableMemory {
  const path = `${sysfs}/devices/system/node/node${node}/meminfo`
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw sourceError(cause, path)
  }
  const kib = new Map(
    [...text.matchAll(/^Node \d+ ([^:\n]+): +(\d+) kB$/gm)].map(([, name, value]) => [name!, Number(value)]),
  )
  const of = (name: string): number => (kib.get(name) ?? 0) * 1024
  const droppable = of('Active(file)') + of('Inactive(file)') + of('SReclaimable')
  return { total: of('MemTotal'), available: of('MemFree') + droppable / 2 }
}
