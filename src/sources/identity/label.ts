// Makes the `vm` label: a VM's name, safe to show and unique on this host.
import { createHash } from 'node:crypto'

/** The longest name, in UTF-16 units. libvirt's names, as file names, have at most 255 bytes; QEMU has no limit. */
export const maxLabelLength = 255

const hashDigits = 12

// Characters that a terminal, a log or a browser would interpret, or that are invisible. U+202E, for example, writes the
// rest of the line backwards, so that one name looks like another. Invalid UTF-8 became U+FFFD when the name was read.
const control = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/**
 * Control and format characters become U+FFFD. A name that is too long ends in `~` and a hash of the whole name, so that
 * two such names stay different.
 */
export function safeName(name: string): string {
  const safe = name.toWellFormed().replace(control, '\uFFFD')
  if (safe.length <= maxLabelLength) return safe
  const hash = createHash('sha256').update(name).digest('hex').slice(0, hashDigits)
  return `${safe.slice(0, maxLabelLength - hashDigits - 1).toWellFormed()}~${hash}`
}

/**
 * The label of each VM, by pid: its name, or `pid-<pid>` if it has none. If several would share a label, the one with
 * the most evidence (`evidenceOf`) keeps it, and the others get `@<pid>` appended. If no single one has the most, all
 * get it. So no user can rename another user's VM by giving a process the same name.
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
    // A VM may really be called `a@12`, so a round can create new clashes. Each round makes clashing labels longer, so
    // the loop ends.
    for (const [label, pids] of holders) {
      const keeper = bestOf(pids, evidenceOf)
      for (const pid of pids) if (pid !== keeper) labels.set(pid, `${label}@${pid}`)
    }
  }
  return labels
}

/** The pid with the most evidence; undefined if several have the most. */
function bestOf(pids: readonly number[], evidenceOf: (pid: number) => number): number | undefined {
  if (pids.length === 1) return pids[0]
  const evidence = pids.map(evidenceOf)
  const most = Math.max(...evidence)
  const best = pids.filter((_, index) => evidence[index] === most)
  return best.length === 1 ? best[0] : undefined
}
