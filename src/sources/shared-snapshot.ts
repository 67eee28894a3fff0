// Snapshots for whoever asks, one at a time. Who asks while one is being taken gets that one: two Prometheus
// servers that scrape at once cost the host one look, a crowd behind a slow host cannot pile up work, and the
// sources need not bear being run twice at once.
import type { HostSnapshot, SnapshotSource } from '../model/host-snapshot.ts'
import { whyNoVms } from './why-no-vms.ts'

export class SharedSnapshot implements SnapshotSource {
  readonly #source: SnapshotSource
  #underWay: Promise<HostSnapshot> | undefined
  #hasListedVms = false

  constructor(source: SnapshotSource) {
    this.#source = source
  }

  /** Whether the sources have told which VMs there are at least once. */
  get hasListedVms(): boolean {
    return this.#hasListedVms
  }

  snapshot(): Promise<HostSnapshot> {
    this.#underWay ??= this.#take()
    return this.#underWay
  }

  async #take(): Promise<HostSnapshot> {
    try {
      const snapshot = await this.#source.snapshot()
      this.#hasListedVms ||= whyNoVms(snapshot) === undefined
      return snapshot
    } finally {
      this.#underWay = undefined
    }
  }
}
