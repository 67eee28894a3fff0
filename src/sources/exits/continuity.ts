// Keeps a VM's counters from jumping. Prometheus reads any rise as events since the last scrape and any fall as a
// restart from zero. So if a source reports a VM for the first time and the VM was already running, or if another source
// takes over, the source's earlier counts are subtracted: the counter starts at zero.
//
// The module's counts are passed on unchanged, so that they survive a restart of this program. This also holds if the
// module takes over from a fallback, because it was then loaded since the previous sample and all its counts are new.
// Only if the module was loaded before but unreadable are its earlier counts subtracted. A restart of this program does
// not know that, and shows them as a rise.
import type { VmExits, Waits } from '../../model/exits.ts'
import type { SourceName } from '../../model/sources.ts'

/**
 * A VM can be missing from a sample although it runs, if it could not be identified in time. For so many samples in a row
 * its counts are kept, so that its counters go on where they were. That is fifteen minutes at a scrape interval of 15 s.
 */
const keptSamples = 60

interface Life {
  /** Samples in a row without the VM. */
  missed: number
  /** The VM started after the previous sample, so all its counts are new. */
  readonly isNew: boolean
  source?: SourceName
  /** Subtracted from the source's counts; undefined for nothing. */
  base?: VmExits | undefined
  /** The last counts of the source, corrected so that they never fall. */
  last?: VmExits
  /** All exits that the source counted, at most so far. `last` can have more, because its two parts are corrected apart. */
  highest: number
}

/**
 * Statistics that fall by a larger share have lost a vCPU. They fall by less without any loss: the userspace exits, and
 * with them all exits of a VM that has hardly any others, are a difference of two statistics.
 */
const smallestLoss = 0.01

export class Continuity {
  readonly #lives = new Map<string, Life>()
  #lastSampleNs = Number.POSITIVE_INFINITY
  #isModuleHidden = false
  /** Whether the module may have counted unread at the previous sample. */
  #wasModuleHidden = false

  /**
   * Call at each sample with the start times of all running VMs, by `processKey`, nanoseconds since boot. At the first
   * sample every VM counts as already running, because an earlier run of this program may have shown it.
   * `isModuleHidden`: the module is loaded but cannot be read. If `uptimeNs` is undefined, the next sample compares the
   * start of a new VM with the last sample that had one; the VM was in none of the samples since.
   */
  sample(starts: ReadonlyMap<string, number>, uptimeNs: number | undefined, isModuleHidden: boolean): void {
    this.#wasModuleHidden = this.#isModuleHidden
    this.#isModuleHidden = isModuleHidden
    for (const [key, life] of this.#lives) {
      if (starts.has(key)) life.missed = 0
      else if (++life.missed > keptSamples) this.#lives.delete(key)
    }
    for (const [key, startNs] of starts) {
      if (!this.#lives.has(key))
        this.#lives.set(key, { missed: 0, highest: 0, isNew: startNs > this.#lastSampleNs })
    }
    if (uptimeNs !== undefined) this.#lastSampleNs = uptimeNs
  }

  /** Whether the VM was in the last sample, or is missing for so short that its counters go on. */
  knows(key: string): boolean {
    return this.#lives.has(key)
  }

  /** Whether a VM of the last sample started after an earlier sample, so that all its counts are new to this program. */
  isNew(key: string): boolean {
    return this.#lives.get(key)?.isNew === true
  }

  /** The counts to show for a VM of the last sample, for which `source` counted `counted`. */
  rebase(key: string, source: SourceName, counted: VmExits): VmExits {
    const life = this.#lives.get(key)
    if (life === undefined) throw new Error(`VM ${key} was not in the last sample`)
    const isFirst = life.source === undefined
    const isOther = !isFirst && life.source !== source
    const smallest = source === 'module' ? life.highest : life.highest * (1 - smallestLoss)
    const isReset = !isFirst && !isOther && total(counted) < smallest
    if (isFirst) life.base = source === 'module' || life.isNew ? undefined : counted
    else if (isOther) life.base = source === 'module' && !this.#wasModuleHidden ? undefined : counted
    // A reloaded module counts from zero. Statistics fall when a vCPU is removed and keep the counts of the other vCPUs.
    else if (isReset) life.base = source === 'module' ? undefined : counted
    life.source = source
    life.highest = isFirst || isOther || isReset ? total(counted) : Math.max(life.highest, total(counted))
    // The module's counts never fall by themselves, and usually nothing is subtracted from them.
    const isExact = source === 'module' || isFirst || isOther || isReset
    life.last = isExact ? counted : combine(counted, life.last!, Math.max)
    return life.base === undefined
      ? life.last
      : combine(life.last, life.base, (value, base) => Math.max(0, value - base))
  }
}

/** All exits. Its two parts can fall by a few, because one of them is a difference. */
const total = (exits: VmExits): number => exits.kernelSwitches + exits.userspaceSwitches

function combine(a: VmExits, b: VmExits, operation: (a: number, b: number) => number): VmExits {
  const optional = (x: number | undefined, y: number | undefined) =>
    x === undefined ? undefined : operation(x, y ?? 0)
  return {
    pid: a.pid,
    io: operation(a.io, b.io),
    exceptions: optional(a.exceptions, b.exceptions),
    kernelSwitches: operation(a.kernelSwitches, b.kernelSwitches),
    userspaceSwitches: operation(a.userspaceSwitches, b.userspaceSwitches),
    signalReturns: optional(a.signalReturns, b.signalReturns),
    kernelNs: optional(a.kernelNs, b.kernelNs),
    haltNs: optional(a.haltNs, b.haltNs),
    userspaceNs: optional(a.userspaceNs, b.userspaceNs),
    reasons: combineEach(a.reasons, b.reasons, (x, y) => operation(x, y ?? 0)),
    ...(a.reasonNs !== undefined && {
      reasonNs: combineEach(a.reasonNs, b.reasonNs, (x, y) => operation(x, y ?? 0)),
    }),
    ...(a.userspaceReasons !== undefined && {
      userspaceReasons: combineEach(
        a.userspaceReasons,
        b.userspaceReasons,
        (x, y): Waits => ({
          count: operation(x.count, y?.count ?? 0),
          ns: optional(x.ns, y?.ns),
        }),
      ),
    }),
  }
}

/** The entries of `a`, each combined with that of `b`, which may lack it. */
const combineEach = <T>(
  a: ReadonlyMap<string, T>,
  b: ReadonlyMap<string, T> | undefined,
  combineOne: (x: T, y: T | undefined) => T,
): Map<string, T> => new Map([...a].map(([name, value]) => [name, combineOne(value, b?.get(name))]))
