// The `vm` label: a VM's name made safe and unique on this host.
import { createHash } from 'node:crypto'

/** Longest label, in UTF-16 units. libvirt's names end at 255 bytes, as they are file names; QEMU's do not end. */
export const maxLabelLength = 255

const hashDigits = 12

// What a terminal, a log or a browser would act upon, or nobody sees: U+202E writes the rest backwards, so that one
// name looks like another. Invalid UTF-8 has become U+FFFD when the name was read.
const control = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/** Control and format characters become U+FFFD; what is too long ends in `~` and a hash of the whole, so two stay apart. */
export function safeName(name: string): string {
  const safe = name.toWellFormed().replace(control, '\uFFFD')
  if (safe.length <= maxLabelLength) return safe
  const hash = createHash('sha256').update(name).digest('hex').slice(0, hashDigits)
  return `${safe.slice(0, maxLabelLength - hashDigits - 1).toWellFormed()}~${hash}`
}

/**
 * A label for each VM: its name, or `pid-<pid>`. Of those that would share one, the one with the most evidence by
 * `evidenceOf` keeps it, so that nobody renames another's VM by calling his process the same; the others, or all
 * where none stands out, get `@<pid>` behind it.
 */
export function uniqueLabels(
  names: ReadonlyMap<number, string | undefined>,
  evidenceOf: (pid: number) => number,
): Map<number, string> {
  const labels = new Map(
    [...names].map(([pid, name]) => [pid, name === undefined ? `pid-${pid}` : safeName(name)]),
  )
  while (new Set(labels.values()).size < labels.size) {
    const holders = Map.groupBy(labels.keys(), (pid) => labels.get(pid)!)
    // Once more if a VM is really called `a@12`: each round makes the labels that clash longer, so this ends.
    for (const [label, pids] of holders) {
      const keeper = bestOf(pids, evidenceOf)
      for (const pid of pids) if (pid !== keeper) labels.set(pid, `${label}@${pid}`)
    }
  }
  return labels
}

/** The only one there is, or the only one with the most evidence. */
function bestOf(pids: readonly number[], evidenceOf: (pid: number) => number): number | undefined {
  if (pids.length === 1) return pids[0]
  const evidence = pids.map(evidenceOf)
  const most = Math.max(...evidence)
  const best = pids.filter((_, index) => evidence[index] === most)
  return best.length === 1 ? best[0] : undefined
}
