// Parses /proc/meminfo: `Name:   123 kB` lines, some of them without a unit (huge page counts).
import type { MemoryInfo } from '../../model/host.ts'

/** Fields in kB are converted to bytes; page counts stay counts. */
export function parseMeminfo(text: string): MemoryInfo {
  const fields = new Map<string, number>()
  for (const [, name, value, unit] of text.matchAll(/^([^:\n]+): +(\d+)( kB)?$/gm)) {
    fields.set(name!, Number(value) * (unit === undefined ? 1 : 1024))
  }
  return fields
}
