// Where the exits of one VM ended over the last half minute or more, by reason and by device. Rare ones need a longer time
// than one interval to show.
import type { VmExits } from '../model/exits.ts'
import type { Vm } from '../model/vm.ts'
import type { HostHistory } from './host-history.ts'
import { type ExitRates, exitRates, type WaitRate, waitRates } from './rates.ts'
import type { Sample } from './sample.ts'

interface ReasonRate {
  readonly reason: string
  readonly perSecond: number
}

export interface ExitMix {
  /** The time that the rates cover. */
  readonly seconds: number
  readonly rates: ExitRates
  /** The most frequent first; undefined if the source does not count them. Likewise below. */
  readonly reasons: readonly ReasonRate[] | undefined
  /** Exits handed to QEMU by KVM's own reason, and by the device that the guest accessed; see `waitRates`. */
  readonly userspaceReasons: readonly WaitRate[] | undefined
  readonly devices: readonly WaitRate[] | undefined
}

/** `sample` is the last one of `history`. undefined until there are two samples to compare. */
export function exitMix(history: HostHistory, sample: Sample, vm: Vm): ExitMix | undefined {
  const { mark } = history
  const since = history.vm(vm).exitsKnownSince
  const now = sample.exits?.get(vm.pid)
  // If the counters were reset after the mark was taken, the two cannot be compared.
  const isComparable = mark !== undefined && since !== undefined && mark.clock >= since
  const before = isComparable ? mark.exits?.get(vm.pid) : undefined
  const seconds = mark === undefined ? 0 : sample.clock - mark.clock
  const rates = exitRates(before, now, seconds)
  if (rates === undefined || before === undefined || now === undefined) return undefined
  return {
    seconds,
    rates,
    reasons: now.reasons.size === 0 ? undefined : reasonRates(before, now, seconds),
    userspaceReasons:
      now.userspaceReasons && waitRates(before.userspaceReasons, now.userspaceReasons, seconds),
    devices: now.devices && waitRates(before.devices, now.devices, seconds),
  }
}

function reasonRates(before: VmExits, now: VmExits, seconds: number): ReasonRate[] {
  return [...now.reasons]
    .map(([reason, count]) => ({
      reason,
      perSecond: Math.max(0, count - (before.reasons.get(reason) ?? 0)) / seconds,
    }))
    .filter(({ perSecond }) => perSecond > 0)
    .sort((a, b) => b.perSecond - a.perSecond)
}
