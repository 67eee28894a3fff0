// The kind of pages that back a process's memory, from /proc/<pid>/smaps_rollup. Only root and the process's own user may
// read it. The read waits for the process's memory lock, which a VM that hangs may hold, so another process does it.
import { readApart } from '../cmdline/read-apart.ts'

export interface Backing {
  /** In ordinary pages and in transparent huge pages, bytes. */
  readonly residentBytes: number
  readonly transparentHugeBytes: number
  /** In pages of a hugetlb pool; not part of residentBytes. */
  readonly hugetlbBytes: number
}

/** The file has some 25 lines. */
const maxBytes = 4_096

/** undefined if it cannot be read in time, or not by this user. */
export async function readBacking(
  procfs: string,
  pid: number,
  deadlineMs = 1_000,
): Promise<Backing | undefined> {
  try {
    return parseBacking(
      (await readApart(`${procfs}/${pid}/smaps_rollup`, maxBytes, deadlineMs)).toString('latin1'),
    )
  } catch {
    return undefined
  }
}

function parseBacking(text: string): Backing | undefined {
  const kib = new Map(
    [...text.matchAll(/^(\w+): +(\d+) kB$/gm)].map(([, name, value]) => [name!, Number(value)]),
  )
  const of = (...names: string[]): number => names.reduce((sum, name) => sum + (kib.get(name) ?? 0), 0) * 1024
  if (!kib.has('Rss')) return undefined
  return {
    residentBytes: of('Rss'),
    transparentHugeBytes: of('AnonHugePages', 'ShmemPmdMapped', 'FilePmdMapped'),
    hugetlbBytes: of('Private_Hugetlb', 'Shared_Hugetlb'),
  }
}
