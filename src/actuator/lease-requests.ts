// Grants and ends leases: until when threads of a VM may have a real-time policy.
import type { VmIdentity } from '../model/remediation.ts'
import type { WholeFile } from '../sources/whole-file.ts'
import { type Consent, objection } from './consent.ts'
import type { IdentifiedVm } from './identity.ts'
import type { LeaseWatch } from './lease-watch.ts'
import { type Leases, maxTotalSeconds } from './leases.ts'
import { refused } from './problem.ts'
import type { ActuatorAnswer } from './protocol.ts'
import { roomProblem } from './realtime-room.ts'

export interface LeaseParts extends Consent {
  readonly procfs: string
  readonly file: WholeFile
  readonly leases: Leases
  readonly watch: LeaseWatch
  /** Seconds since boot. */
  readonly uptime: () => number
}

export class LeaseRequests {
  readonly #parts: LeaseParts

  constructor(parts: LeaseParts) {
    this.#parts = parts
  }

  /** Whether the VM has a lease that has not ended. */
  lasts(vm: VmIdentity): boolean {
    return this.#parts.leases.lasts(vm, this.#parts.uptime())
  }

  /** `until`: seconds since boot. A lease is never made shorter. */
  grant(vm: IdentifiedVm, until: number): ActuatorAnswer {
    const { leases, watch, limits, uptime } = this.#parts
    const forbidden = objection(this.#parts, vm)
    if (forbidden !== undefined) return refused(forbidden)
    const { maxLeaseSeconds, maxLeaseTotalSeconds } = limits()
    const { identity } = vm
    const now = uptime()
    // One that has ended is put back first, and then a new row of leases begins.
    if (leases.of(identity) !== undefined && !leases.lasts(identity, now)) {
      if (!watch.putBack(identity))
        return refused('the last lease has ended, and its threads could not be put back')
      leases.remove(identity)
    }
    const current = leases.of(identity)
    const first = current?.first ?? Math.floor(now)
    const end = Math.max(Math.floor(until), current?.until ?? 0)
    const total = Math.min(maxLeaseTotalSeconds, maxTotalSeconds)
    if (end <= now) return refused('the lease would have ended already')
    if (end - now > maxLeaseSeconds)
      return refused(`a lease may last ${maxLeaseSeconds} s at most, and is renewed by fresh proof`)
    if (end > first + total)
      return refused(`leases of this VM have followed each other for ${total} s; a person must decide now`)
    const problem = this.roomProblem(identity)
    if (problem !== undefined) return refused(problem)
    leases.write(identity, { until: end, first })
    return { outcome: 'done', before: current?.until ?? null, after: end }
  }

  release(vm: VmIdentity): ActuatorAnswer {
    const { leases, watch } = this.#parts
    const until = leases.of(vm)?.until ?? null
    const tid = until === null ? undefined : watch.realtimeThread(vm)
    if (tid !== undefined) {
      const reason = `thread ${tid} still has a real-time policy; reverse that first`
      return { ...refused(reason), before: until, after: until }
    }
    leases.remove(vm)
    return { outcome: 'done', before: until, after: null }
  }

  /** Why the host has no CPU left for real-time threads of the VM. `tid`: a thread that is no vCPU. */
  roomProblem({ pid }: VmIdentity, tid?: number): string | undefined {
    const { procfs, file, leases, limits } = this.#parts
    const leased = new Set(leases.list().map((one) => one.pid))
    return roomProblem(procfs, pid, leased, limits().freeCpus, file, tid)
  }
}
