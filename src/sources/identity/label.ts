// The `vm` label: a VM's name made safe and unique on this host.
import { createHash } from 'node:crypto'

/** Longest label, in UTF-16 units. libvirt's names end at 255 bytes, as they are file names; QEMU's do not end. */
export const maxLabelLength = 255

const hashDigits = 12

// What a terminal or a log would act upon. Invalid UTF-8 has become U+FFFD when the name was read.
const control = /[\p{Cc}\u2028\u2029]/gu

/** Control characters become U+FFFD; what is too long ends in `~` and a hash of the whole, so two stay apart. */
export function safeName(name: string): string {
  const safe = name.toWellFormed().replace(control, '\uFFFD')
  if (safe.length <= maxLabelLength) return safe
  const hash = createHash('sha256').update(name).digest('hex').slice(0, hashDigits)
  return `${safe.slice(0, maxLabelLength - hashDigits - 1).toWellFormed()}~${hash}`
}

/** A label for each VM: its name, or `pid-<pid>`; all that would share one get `@<pid>` behind it. */
export function uniqueLabels(names: ReadonlyMap<number, string | undefined>): Map<number, string> {
  const labels = new Map(
    [...names].map(([pid, name]) => [pid, name === undefined ? `pid-${pid}` : safeName(name)]),
  )
  while (new Set(labels.values()).size < labels.size) {
    const holders = Map.groupBy(labels, ([, label]) => label)
    const shared = [...holders.values()].filter((group) => group.length > 1).flat()
    // Once more if a VM is really called `a@12`: each round makes the labels that clash longer, so this ends.
    for (const [pid, label] of shared) labels.set(pid, `${label}@${pid}`)
  }
  return labels
}
