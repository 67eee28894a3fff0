// The time by which cooldowns, budgets and expiries are counted. It never goes back, whatever happens to the clock of the
// host: while the host is up it follows the uptime, and from one boot to the next it follows the wall clock, but not
// backwards. The wall clock is only kept for people to read.
import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

export interface Clock {
  /** Milliseconds since the Unix epoch. May be set back or forward at any time. */
  now(): number
  /** Seconds since boot, including time in suspend. */
  uptime(): number
}

export const hostClock: Clock = { now: () => Date.now(), uptime }

/** Identifies this boot of the host, so that uptimes of different boots are not compared. */
export function bootId(procfs: string): string {
  return readFileSync(`${procfs}/sys/kernel/random/boot_id`, 'utf8').trim()
}

export interface Moment {
  /** Milliseconds since the Unix epoch, by the clock of the host. */
  readonly at: number
  /** Milliseconds since boot. */
  readonly uptime: number
  /** Milliseconds since the journal was created, as far as the journal can tell. Never falls. */
  readonly age: number
}

/** The last moment in the journal and the boot in which it was. */
export type LastMoment = Moment & { readonly boot: string }

export class JournalClock {
  readonly #clock: Clock
  /** The age of the journal when the host booted; negative if the journal was created later. */
  readonly #ageAtBoot: number
  #lastAge: number

  /** `last` is undefined for a new journal. */
  constructor(clock: Clock, boot: string, last: LastMoment | undefined) {
    this.#clock = clock
    const uptimeMs = Math.round(clock.uptime() * 1000)
    this.#lastAge = last === undefined ? 0 : last.age + elapsedMs(last, boot, uptimeMs, clock.now())
    this.#ageAtBoot = this.#lastAge - uptimeMs
  }

  now(): Moment {
    const uptimeMs = Math.round(this.#clock.uptime() * 1000)
    this.#lastAge = Math.max(this.#lastAge, this.#ageAtBoot + uptimeMs)
    return { at: Math.round(this.#clock.now()), uptime: uptimeMs, age: this.#lastAge }
  }
}

/** After a reboot, at least the time since boot has passed. How long the host was off, only the wall clock knows. */
function elapsedMs(last: LastMoment, boot: string, uptimeMs: number, nowMs: number): number {
  if (last.boot === boot && uptimeMs >= last.uptime) return uptimeMs - last.uptime
  return Math.max(uptimeMs, Math.round(nowMs) - last.at)
}
