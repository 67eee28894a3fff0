// Makes the `vm` label: a VM's name, safe to show and unique on this host.
import { createHash } from 'node:crypto'
import { memoized } from '../memoized.ts'
import { processKey, startTick } from '../process/process.ts'

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
  // Longer ones are not kept, because any user's command line can have them.
  return name.length <= maxLabelLength ? shortSafeName(name) : makeSafe(name)
}

/** A scrape of a thousand VMs asks for the same few thousand names as the one before. */
const shortSafeName = memoized(20_000, makeSafe)

function makeSafe(name: string): string {
  const safe = name.toWellFormed().replace(control, '\uFFFD')
  if (safe.length <= maxLabelLength) return safe
  const hash = createHash('sha256').update(name).digest('hex').slice(0, hashDigits)
  return `${safe.slice(0, maxLabelLength - hashDigits - 1).toWellFormed()}~${hash}`
}

/** What decides about a VM's label. */
export interface Named {
  readonly pid: number
  readonly startNs: number
  /** Raw, from libvirt or the command line. */
  readonly name: string | undefined
  /** What distinguishes the VM from others of its name over restarts of the VM and of this program; safe to show. */
  readonly key: string | undefined
  /** How strongly the evidence says that this process really is the VM whose name it has. */
  readonly strength: () => number
}

interface Given {
  readonly plain: string
  readonly label: string
  readonly strength: number
}

/**
 * Gives labels, and remembers those that are not the plain name. README.md has the rule: of several VMs with one name, the
 * one with the strongest evidence keeps it, and among equals the one that started first. So no user can rename another
 * user's VM by starting a process with the same name.
 */
export class Labels {
  #given: ReadonlyMap<string, Given> = new Map()

  /** The labels by pid; all are different. */
  of(vms: readonly Named[]): Map<number, string> {
    const usual = this.#given.size === 0 ? plainLabels(vms) : undefined
    if (usual !== undefined) return usual
    const plain = new Map(vms.map((vm) => [vm, plainName(vm)]))
    const labels = new Map(vms.map((vm) => [vm, this.#before(vm, plain.get(vm)!) ?? plain.get(vm)!]))
    for (let round = 0; new Set(labels.values()).size < labels.size; round++) {
      // A VM may really be called `a@12`, so a round can create new clashes. Each round makes clashing labels longer, and
      // all but the first append the pid, so the loop ends.
      for (const [label, holders] of Map.groupBy(vms, (vm) => labels.get(vm)!)) {
        const keeper = bestOf(holders)
        for (const vm of holders) {
          if (vm !== keeper) labels.set(vm, `${label}@${(round === 0 ? vm.key : undefined) ?? vm.pid}`)
        }
      }
    }
    const given = new Map<string, Given>()
    for (const [vm, label] of labels) {
      if (label !== plain.get(vm))
        given.set(processKey(vm), { plain: plain.get(vm)!, label, strength: vm.strength() })
    }
    this.#given = given
    return new Map([...labels].map(([{ pid }, label]) => [pid, label]))
  }

  /** A VM keeps its label when the one that held the name ends. More evidence gives it another chance for the name. */
  #before(vm: Named, plain: string): string | undefined {
    const before = this.#given.get(processKey(vm))
    return before?.plain === plain && before.strength === vm.strength() ? before.label : undefined
  }
}

const plainName = ({ name, pid }: Named): string => (name === undefined ? `pid-${pid}` : safeName(name))

/** The plain names by pid; undefined if two are equal, which is rare. */
function plainLabels(vms: readonly Named[]): Map<number, string> | undefined {
  const labels = new Map<number, string>()
  for (const vm of vms) labels.set(vm.pid, plainName(vm))
  return new Set(labels.values()).size === vms.length ? labels : undefined
}

/** undefined if several are equal in all: none of them can then be told to be the first. */
function bestOf(vms: readonly Named[]): Named | undefined {
  if (vms.length === 1) return vms[0]
  // Not Math.max(...), whose arguments must fit on the stack: any user can start many processes of one name.
  const most = vms.reduce((max, vm) => Math.max(max, vm.strength()), 0)
  const strongest = vms.filter((vm) => vm.strength() === most)
  const first = strongest.reduce((min, vm) => Math.min(min, startTick(vm.startNs)), Number.POSITIVE_INFINITY)
  const best = strongest.filter((vm) => startTick(vm.startNs) === first)
  return best.length === 1 ? best[0] : undefined
}
