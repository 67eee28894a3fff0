// Examines the host for the metrics: in the background, at a slow pace, and only while somebody asks.
import { setImmediate } from 'node:timers/promises'
import type { HostFinding } from '../model/finding.ts'
import type { FindingsSource } from '../sources/findings-source.ts'
import type { HostCheck } from './check.ts'
import { metricChecks } from './checks/index.ts'
import { examine } from './examine.ts'
import { HostView, type Places } from './host-view.ts'

/** The settings that the checks read change when a person or a boot changes them. */
const everyMs = 600_000

export interface HostFindingsOptions {
  readonly checks?: readonly HostCheck[]
  readonly now?: () => number
}

export class HostFindings implements FindingsSource {
  readonly #places: Places
  readonly #version: string
  readonly #checks: readonly HostCheck[]
  readonly #now: () => number
  #findings: readonly HostFinding[] | undefined
  #error: unknown
  #nextMs = Number.NEGATIVE_INFINITY

  constructor(places: Places, version: string, options: HostFindingsOptions = {}) {
    const { checks = metricChecks, now = () => performance.now() } = options
    this.#places = places
    this.#version = version
    this.#checks = checks
    this.#now = now
  }

  /** What the last examination found; starts the next one if it is due. Throws the error of a broken check. */
  findings(): readonly HostFinding[] | undefined {
    if (this.#now() >= this.#nextMs) {
      this.#nextMs = this.#now() + everyMs
      void this.#refresh()
    }
    if (this.#error !== undefined) throw this.#error
    return this.#findings
  }

  async #refresh(): Promise<void> {
    try {
      const host = new HostView(this.#places, { version: this.#version })
      const found = new Map<string, HostFinding>()
      for (const each of this.#checks) {
        // One check takes a millisecond or so: a scrape never waits for all of them.
        await setImmediate()
        const { findings } = await examine([each], host)
        for (const { check, severity } of findings) found.set(`${check} ${severity}`, { check, severity })
      }
      this.#findings = [...found.values()]
      this.#error = undefined
    } catch (error) {
      this.#error = error
    }
  }
}
