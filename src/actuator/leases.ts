// How long the threads of a VM may have a real-time policy: one file `<until> <first>` for each VM. Both are whole seconds
// since boot: when the lease ends, and when the first lease of an unbroken row of them began. A real-time policy is set
// only while the file is there, and a reboot removes both. deploy/systemd/lease-sweep.sh reads the same files.
import type { VmFiles, VmProcess } from './vm-files.ts'

export interface Lease {
  /** Seconds since boot. */
  readonly until: number
  readonly first: number
}

/** No row of leases is longer than this, whatever the limits say, seconds. */
export const maxTotalSeconds = 86_400

/** What makes no sense is a lease that has ended. */
export function parseLease(text: string): Lease {
  const [, until, first] = /^(\d{1,10}) (\d{1,10})\n$/.exec(text) ?? []
  if (until === undefined || Number(first) > Number(until)) return { until: 0, first: 0 }
  return {
    until: Math.min(Number(until), Number(first) + maxTotalSeconds),
    first: Number(first),
  }
}

export class Leases {
  readonly #files: VmFiles

  constructor(files: VmFiles) {
    this.#files = files
  }

  list(): VmProcess[] {
    return this.#files.list()
  }

  /** undefined without a lease. A file that makes no sense is a lease that has ended, so that its VM is put back. */
  of(vm: VmProcess): Lease | undefined {
    const text = this.#files.read(vm)
    return text === undefined ? undefined : parseLease(text)
  }

  /** Whether a real-time policy may be set now. */
  lasts(vm: VmProcess, uptime: number): boolean {
    const lease = this.of(vm)
    // A lease that begins later was not written by this program since boot.
    return lease !== undefined && lease.first <= uptime && uptime < lease.until
  }

  write(vm: VmProcess, { until, first }: Lease): void {
    this.#files.write(vm, `${until} ${first}\n`)
  }

  remove(vm: VmProcess): void {
    this.#files.remove(vm)
  }
}
