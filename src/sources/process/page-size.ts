// The size of a memory page, in which /proc/<pid>/stat counts, from the auxiliary vector of this process.
import { readFileSync } from 'node:fs'

/** AT_PAGESZ of the kernel's include/uapi/linux/auxvec.h. */
const pageSizeKey = 6n

/** Bytes. 4096 if the vector cannot be read. */
export function pageBytes(): number {
  try {
    const vector = readFileSync('/proc/self/auxv')
    for (let at = 0; at + 16 <= vector.length; at += 16)
      if (vector.readBigUInt64LE(at) === pageSizeKey) return Number(vector.readBigUInt64LE(at + 8))
  } catch {
    // A system without /proc has no hosts to show either.
  }
  return 4096
}
