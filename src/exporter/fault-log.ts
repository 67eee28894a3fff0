// Logs the faults of scrapes. A persistent fault is logged once per hour rather than at every scrape.
import { KvminfoError } from '../errors.ts'
import type { Logger } from '../log/logger.ts'
import type { Problem } from '../model/host-snapshot.ts'

/** A fault of one VM often affects all VMs. A few lines and the number of the others say as much as a line for each. */
const maxPerCollector = 5
const repeatAfterMs = 3_600_000
/** Enough for 5,000 VMs with two faults each. Beyond that the oldest are forgotten and may be logged again sooner. */
const maxRemembered = 10_000

/** An error that is not a `KvminfoError` is a bug; its code is `UNEXPECTED`. */
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

  /** A collector failed as a whole. A missing interface is logged at debug, because a host may be without KSM. */
  collectorFailed(collector: string, error: Error): void {
    const code = faultCode(error)
    if (!this.#isDue(`collector ${collector} ${code}`)) return
    const isMissing = code === 'SOURCE_ABSENT' || code === 'NOT_SUPPORTED'
    const level = isMissing ? 'debug' : code === 'UNEXPECTED' ? 'error' : 'warn'
    this.#log[level]({ collector, err: error }, 'collector failed: its series are missing from this scrape')
  }

  /** The VMs could not be listed. Always an error, whatever its code, because every host must be able to do this. */
  noVms(error: Error): void {
    if (this.#isDue(`vms ${faultCode(error)}`))
      this.#log.error(
        { err: error },
        'cannot list the VMs of this host: their series are missing from this scrape',
      )
  }

  /** A collector could not write all series of single VMs. */
  vmsLostSeries(collector: string, problems: Iterable<Problem>): void {
    let logged = 0
    let more = 0
    let unconfirmed = 0
    for (const { subject, error, isUnconfirmed } of problems) {
      const code = faultCode(error)
      if (code === 'VM_VANISHED') {
        this.#log.debug({ collector, subject, err: error }, 'a VM ended during a scrape')
      } else if (isUnconfirmed === true) {
        // Any user can start any number of such processes.
        if (unconfirmed < maxPerCollector && this.#isDue(`subject ${subject} ${code}`)) {
          unconfirmed++
          this.#log.debug(
            { collector, subject, err: error },
            'a process that may not be a VM is not shown whole',
          )
        }
      } else if (this.#isDue(`subject ${subject} ${code}`)) {
        if (logged < maxPerCollector) {
          const level = code === 'UNEXPECTED' ? 'error' : 'warn'
          this.#log[level]({ collector, subject, err: error }, 'series of a VM are missing from this scrape')
          logged++
        } else {
          more++
        }
      }
    }
    if (more > 0) this.#log.warn({ collector, more }, 'series of more VMs are missing from this scrape')
  }

  #isDue(fault: string): boolean {
    const now = this.#now()
    const loggedAt = this.#loggedAt.get(fault)
    if (loggedAt !== undefined && now - loggedAt < repeatAfterMs) return false
    // Deleted first, so that the order of the map is the order of logging.
    this.#loggedAt.delete(fault)
    this.#loggedAt.set(fault, now)
    if (this.#loggedAt.size > maxRemembered) this.#loggedAt.delete(this.#loggedAt.keys().next().value!)
    return true
  }
}
