// Shares snapshots between all callers, such as scrapes and the live page. A caller that asks while a snapshot is being
// taken gets that snapshot. So two Prometheus servers that scrape at the same time cost the host one snapshot, requests
// to a slow host do not pile up work, and the sources never run twice at the same time.
import type { HostSnapshot, SnapshotSource } from '../model/host-snapshot.ts'
import { whyNoVms } from './why-no-vms.ts'

export class SharedSnapshot implements SnapshotSource {
  readonly #source: SnapshotSource
  readonly #now: () => number
  #pending: Promise<HostSnapshot> | undefined
  #startedMs: number | undefined
  #hasListedVms = false

  constructor(source: SnapshotSource, now: () => number = () => performance.now()) {
    this.#source = source
    this.#now = now
  }

  /** How long the snapshot that is being taken has taken so far, in milliseconds; undefined if none is being taken. */
  get pendingMs(): number | undefined {
    return this.#startedMs === undefined ? undefined : this.#now() - this.#startedMs
  }

  /** Whether at least one snapshot could list the VMs of the host. */
  get hasListedVms(): boolean {
    return this.#hasListedVms
  }

  snapshot(): Promise<HostSnapshot> {
    this.#pending ??= this.#take()
    return this.#pending
  }

  async #take(): Promise<HostSnapshot> {
    this.#startedMs = this.#now()
    try {
      const snapshot = await this.#source.snapshot()
      this.#hasListedVms ||= whyNoVms(snapshot) === undefined
      return snapshot
    } finally {
      this.#pending = undefined
      this.#startedMs = undefined
    }
  }
}
