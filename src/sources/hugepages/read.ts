// Reads the huge page pools of each size and NUMA node from sysfs.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import type { HugePagePool } from '../../model/host.ts'
import { decimal } from '../decimal.ts'
import { sourceError } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'

/** Throws NOT_SUPPORTED if the kernel has no huge pages. */
export function readHugePages(sysfs: string, file: WholeFile): HugePagePool[] {
  const pools = readPools(sysfs, file)
  const memory = join(sysfs, 'kernel/mm')
  if (pools.length > 0 || !existsSync(memory) || existsSync(join(memory, 'hugepages'))) return pools
  throw new KvminfoError(
    'NOT_SUPPORTED',
    `there is no ${memory}/hugepages: the kernel was built without CONFIG_HUGETLBFS`,
  )
}

function readPools(sysfs: string, file: WholeFile): HugePagePool[] {
  const nodes = join(sysfs, 'devices/system/node')
  const nodeNames = namesIn(nodes, /^node(\d+)$/)
  // Kernels without NUMA have no node directories; their pools count as those of node 0.
  if (nodeNames.length === 0) return poolsIn(join(sysfs, 'kernel/mm/hugepages'), 0, file)
  return nodeNames.flatMap(({ name, number }) => poolsIn(join(nodes, name, 'hugepages'), number, file))
}

function poolsIn(directory: string, node: number, file: WholeFile): HugePagePool[] {
  return namesIn(directory, /^hugepages-(\d+)kB$/).map(({ name, number }) => {
    const value = (entry: string) => readNumber(join(directory, name, entry), file)
    return {
      pageBytes: number * 1024,
      node,
      total: value('nr_hugepages'),
      free: value('free_hugepages'),
      surplus: value('surplus_hugepages'),
    }
  })
}

/** The entries that match, with their number; empty if the directory does not exist (kernel without the feature). */
function namesIn(directory: string, pattern: RegExp): { name: string; number: number }[] {
  try {
    return readdirSync(directory)
      .flatMap((name) => {
        const number = pattern.exec(name)?.[1]
        return number === undefined ? [] : [{ name, number: Number(number) }]
      })
      .sort((a, b) => a.number - b.number)
  } catch (cause) {
    const error = sourceError(cause, directory)
    if (error.code === 'SOURCE_ABSENT') return []
    throw error
  }
}

function readNumber(path: string, file: WholeFile): number {
  try {
    const value = decimal(file.text(path).trim())
    if (value === undefined) throw new KvminfoError('SOURCE_MALFORMED', `${path} does not contain a number`)
    return value
  } catch (cause) {
    throw sourceError(cause, path)
  }
}
