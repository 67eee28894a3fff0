// Shares snapshots between all callers, such as scrapes and the live page. A caller that asks while a snapshot is being
// taken gets that snapshot. So two Prometheus servers that scrape at the same time cost the host one snapshot, requests
// to a slow host do not pile up work, and the sources never run twice at the same time.
import type { HostSnapshot, SnapshotSource } from '../model/host-snapshot.ts'
import { whyNoVms } from './why-no-vms.ts'

export class SharedSnapshot implements SnapshotSource {
  readonly #source: SnapshotSource
  #pending: Promise<HostSnapshot> | undefined
  #hasListedVms = false

  constructor(source: SnapshotSource) {
    this.#source = source
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
    try {
      const snapshot = await this.#source.snapshot()
      this.#hasListedVms ||= whyNoVms(snapshot) === undefined
      return snapshot
    } finally {
      this.#pending = undefined
    }
  }
}
