// libvirt's statistics of its running domains, fetched in the background.
import type { KvminfoError } from '../../errors.ts'
import { domainStatistics, libvirtSocket } from '../../libvirt/read.ts'
import { type Aged, Background, isFresh } from '../exits/background.ts'
import { type DomainStatistics, parseDomstats } from './parse.ts'

const deadlineMs = 5_000

export class LibvirtStatistics {
  readonly #rundir: string
  readonly #background = new Background(() => this.#fetch())
  #domains: Aged<ReadonlyMap<string, DomainStatistics>> | undefined
  #error: KvminfoError | undefined

  constructor(rundir: string) {
    this.#rundir = rundir
  }

  /** Starts or stops fetching from libvirt. */
  follow(enabled: boolean): void {
    this.#background.enable(enabled)
  }

  /** The statistics of the domain `name`; undefined if unknown or older than 30 s. */
  of(name: string): DomainStatistics | undefined {
    return this.#domains !== undefined && isFresh(this.#domains) ? this.#domains.value.get(name) : undefined
  }

  /** Why the last attempt failed. */
  error(): KvminfoError | undefined {
    return this.#error
  }

  isRunning(): boolean {
    return libvirtSocket(this.#rundir) !== undefined
  }

  close(): void {
    this.#background.enable(false)
  }

  async #fetch(): Promise<void> {
    const socket = libvirtSocket(this.#rundir)
    if (socket === undefined) return
    try {
      const value = parseDomstats(await domainStatistics(socket, deadlineMs))
      this.#domains = { value, atMs: performance.now() }
      this.#error = undefined
    } catch (error) {
      this.#error = error as KvminfoError
    }
  }
}
