// Keeps a VM's counters from jumping. Prometheus takes any rise as counted since the last scrape, and any fall as a
// start from zero. So where a source first tells of a VM that was already running, or another source takes over, what
// it counted before is taken off: the counter begins at zero there.
//
// The module's own counts are handed on as they are, so that they survive a restart of this program. That holds where
// the module takes over too, as it was loaded since the look before: all it has counted is new. Only if it was there
// before, unreadable, something is taken off, and a restart, which knows nothing of that, shows it as a rise.
import type { VmExits } from '../../model/exits.ts'
import type { SourceName } from '../../model/sources.ts'

interface Life {
  /** Started after the look before: all its counts are new. */
  readonly isNew: boolean
  source?: SourceName
  /** Taken off; undefined for nothing. */
  base?: VmExits | undefined
  /** Last count of the source, made to rise. */
  last?: VmExits
}

export class Continuity {
  readonly #lives = new Map<string, Life>()
  #lastLookNs = Number.POSITIVE_INFINITY
  #isModuleHidden = false
  /** Whether the module may have counted at the look before, unseen. */
  #wasModuleHidden = false

  /**
   * To be told at each look of all running VMs, by `processKey`, with their starts. At the first look every VM
   * counts as already running: an earlier run of this program may have shown it. `isModuleHidden`: the module is
   * loaded and cannot be read. Without `uptimeNs`, a VM that is new at the next look only counts as started since the
   * last look that had one: it was in none of them.
   */
  look(starts: ReadonlyMap<string, number>, uptimeNs: number | undefined, isModuleHidden: boolean): void {
    this.#wasModuleHidden = this.#isModuleHidden
    this.#isModuleHidden = isModuleHidden
    for (const key of this.#lives.keys()) if (!starts.has(key)) this.#lives.delete(key)
    for (const [key, startNs] of starts) {
      if (!this.#lives.has(key)) this.#lives.set(key, { isNew: startNs > this.#lastLookNs })
    }
    if (uptimeNs !== undefined) this.#lastLookNs = uptimeNs
  }

  /** What to show for a VM of the last look, of which `source` counted `counted`. */
  rebase(key: string, source: SourceName, counted: VmExits): VmExits {
    const life = this.#lives.get(key)
    if (life === undefined) throw new Error(`VM ${key} was not in the last look`)
    const isFirst = life.source === undefined
    const isOther = !isFirst && life.source !== source
    const isReset = !isFirst && !isOther && total(counted) < total(life.last!)
    if (isFirst) life.base = source === 'module' || life.isNew ? undefined : counted
    else if (isOther) life.base = source === 'module' && !this.#wasModuleHidden ? undefined : counted
    // A module that was loaded anew counts from zero. Statistics fall when a vCPU goes, and keep what the others had.
    else if (isReset) life.base = source === 'module' ? undefined : counted
    life.source = source
    // The module's counts never step back by themselves, and as a rule nothing is taken off them.
    const isExact = source === 'module' || isFirst || isOther || isReset
    life.last = isExact ? counted : combine(counted, life.last!, Math.max)
    return life.base === undefined
      ? life.last
      : combine(life.last, life.base, (value, base) => Math.max(0, value - base))
  }
}

/** Exits of the guest, which the source counts itself; the parts may step back by a few, as they are differences. */
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
    reasons: new Map(
      [...a.reasons].map(([name, count]) => [name, operation(count, b.reasons.get(name) ?? 0)]),
    ),
  }
}
