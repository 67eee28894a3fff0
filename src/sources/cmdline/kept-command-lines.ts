// The command lines that the sources read, kept as a whole. `kvminfo doctor` looks at a host once and needs more of them
// than the sources do, so they are not read twice.
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import { processError } from '../source-error.ts'
import { readBounded } from './bounded-file.ts'
import type { Readers } from './command-lines.ts'
import { readApart } from './read-apart.ts'
import { tuningFrom, type VmTuning } from './tuning.ts'

export class KeptCommandLines {
  readonly #procfs: string
  readonly #kept = new Map<string, { readonly bytes: Buffer } | { readonly error: unknown }>()

  constructor(procfs: string) {
    this.#procfs = procfs
  }

  /** For createHost(). */
  readonly readers: Readers = {
    here: (path, max) => this.#keep(path, readBounded(path, max)),
    apart: (path, max, deadlineMs) => this.#keep(path, readApart(path, max, deadlineMs)),
  }

  /** Throws VM_VANISHED, SOURCE_DENIED, SOURCE_FAILED, or SOURCE_MALFORMED for a command line that exceeds its budget. */
  tuning(pid: number): VmTuning {
    const path = join(this.#procfs, String(pid), 'cmdline')
    const kept = this.#kept.get(path)
    if (kept === undefined)
      throw new KvminfoError('SOURCE_FAILED', `${path} was not readable in time, so the VM may hang`)
    if ('error' in kept) throw processError(kept.error, pid, path)
    return tuningFrom(kept.bytes, path)
  }

  async #keep(path: string, read: Promise<Buffer>): Promise<Buffer> {
    try {
      const bytes = await read
      this.#kept.set(path, { bytes })
      return bytes
    } catch (error) {
      this.#kept.set(path, { error })
      throw error
    }
  }
}
