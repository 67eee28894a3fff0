// Logs what went wrong in scrapes. A fault that lasts is logged once per hour and not at every scrape.
import { KvminfoError } from '../errors.ts'
import type { Logger } from '../log/logger.ts'
import type { Problem } from '../model/host-snapshot.ts'

/** What hits one VM often hits all; a few lines and the number of the others tell as much. */
const maxPerCollector = 5
const repeatAfterMs = 3_600_000
/** A host whose VMs all fail, each in two ways, at five thousand VMs. Beyond, the oldest are forgotten and may repeat. */
const maxRemembered = 10_000

/** What is not one of ours is a bug, and counted as such. */
export function faultCode(error: Error): string {
  return error instanceof KvminfoError ? error.code : 'UNEXPECTED'
}

export class FaultLog {
  readonly #log: Logger
  readonly #now: () => number
  readonly #loggedAt = new Map<string, number>()

  constructor(log: Logger, now: () => number = () => performance.now()) {
    this.#log = log
    this.#now = now
  }

  /** A collector failed as a whole. An interface that is not there is no fault of this host: it may lack KSM. */
  collectorFailed(collector: string, error: Error): void {
    const code = faultCode(error)
    if (!this.#isDue(`collector ${collector} ${code}`)) return
    const level = code === 'SOURCE_ABSENT' ? 'debug' : code === 'UNEXPECTED' ? 'error' : 'warn'
    this.#log[level]({ collector, err: error }, 'collector failed, its series are missing')
  }

  /** Which VMs there are could not be told: never what a host is expected to lack, whatever the code. */
  noVms(error: Error): void {
    if (this.#isDue(`vms ${faultCode(error)}`))
      this.#log.error({ err: error }, 'the VMs of this host cannot be listed, their series are missing')
  }

  /** Single VMs lost series in a collector. */
  vmsLostSeries(collector: string, problems: Iterable<Problem>): void {
    let logged = 0
    let more = 0
    for (const { subject, error } of problems) {
      const code = faultCode(error)
      if (code === 'VM_VANISHED') {
        this.#log.debug({ collector, subject, err: error }, 'VM ended during a scrape')
      } else if (this.#isDue(`subject ${subject} ${code}`)) {
        if (logged < maxPerCollector) {
          const level = code === 'UNEXPECTED' ? 'error' : 'warn'
          this.#log[level]({ collector, subject, err: error }, 'series of VMs are missing')
          logged++
        } else {
          more++
        }
      }
    }
    if (more > 0) this.#log.warn({ collector, more }, 'more series of VMs are missing')
  }

  #isDue(fault: string): boolean {
    const now = this.#now()
    const loggedAt = this.#loggedAt.get(fault)
    if (loggedAt !== undefined && now - loggedAt < repeatAfterMs) return false
    // Deleted first, so that the map's order is that of the last logging.
    this.#loggedAt.delete(fault)
    this.#loggedAt.set(fault, now)
    if (this.#loggedAt.size > maxRemembered) this.#loggedAt.delete(this.#loggedAt.keys().next().value!)
    return true
  }
}
