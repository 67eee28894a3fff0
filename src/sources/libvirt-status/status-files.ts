// Reads libvirt's live status files and parses a file again only when it has changed. The files are on a tmpfs, so
// reading them never blocks.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { KvminfoError } from '../../errors.ts'
import type { Problem } from '../../model/host-snapshot.ts'
import { detached } from '../detached.ts'
import { absentAs, sourceError } from '../source-error.ts'
import { type LibvirtDomain, maxStatusBytes, parseLibvirtStatus } from './parse.ts'

// The clock of a file system advances in steps of up to 10 ms, so a change right after a refresh can leave the
// modification time as it was. Only a time that was this old at the refresh is safe to compare.
const settleMs = 1_000

interface Parsed {
  readonly version: string
  readonly domain: LibvirtDomain | undefined
  readonly error: KvminfoError | undefined
}

export class StatusFiles {
  readonly #directory: string
  readonly #files = new Map<string, Parsed>()
  #directoryError: KvminfoError | undefined
  #hasRefreshed = false
  /** The directory's modification time, if it is old enough that an equal time means that nothing has changed. */
  #settledMs: number | undefined

  constructor(rundir: string) {
    this.#directory = join(rundir, 'libvirt', 'qemu')
  }

  /** Parses the files that are new or have changed. */
  async refresh(): Promise<void> {
    const nowMs = Date.now()
    const changedMs = this.#changedMs()
    if (changedMs !== undefined && changedMs === this.#settledMs) return
    const names = new Set(this.#list())
    for (const name of this.#files.keys()) if (!names.has(name)) this.#files.delete(name)
    for (const name of names) {
      const before = this.#files.get(name)
      const parsed = this.#load(name, before)
      if (parsed === undefined) this.#files.delete(name)
      else this.#files.set(name, parsed)
      // Parsing a file takes about two milliseconds. A thousand without a pause would delay every response.
      if (parsed !== before) await setImmediate()
    }
    this.#hasRefreshed = true
    const isDenied = [...this.#files.values()].some(({ error }) => error?.code === 'SOURCE_DENIED')
    this.#settledMs =
      changedMs !== undefined && !isDenied && nowMs - changedMs > settleMs ? changedMs : undefined
  }

  /** Whether all files have been read at least once. */
  hasRefreshed(): boolean {
    return this.#hasRefreshed
  }

  /** The running KVM domains, by pid. */
  domains(): Map<number, LibvirtDomain> {
    const domains = new Map<number, LibvirtDomain>()
    for (const { domain } of this.#files.values()) if (domain !== undefined) domains.set(domain.pid, domain)
    return domains
  }

  /** Broken files, each of which concerns one VM. A directory or files that this user may not read are in `error`. */
  problems(): Problem[] {
    return [...this.#files].flatMap(([name, { error }]) =>
      error !== undefined && error.code !== 'SOURCE_DENIED'
        ? [{ subject: join(this.#directory, name), error }]
        : [],
    )
  }

  /** Why no status file can be read; undefined if one can be read, or if there is none because no VM runs. */
  error(): KvminfoError | undefined {
    if (this.#directoryError !== undefined) return this.#directoryError
    const errors = [...this.#files.values()].map(({ error }) => error)
    return errors.every((error) => error?.code === 'SOURCE_DENIED') ? errors[0] : undefined
  }

  /** libvirt replaces a file by renaming a new one over it (virFileRewrite), which changes the directory too. */
  #changedMs(): number | undefined {
    try {
      return statSync(this.#directory).mtimeMs
    } catch {
      // Listing the directory reports the reason.
      return undefined
    }
  }

  #list(): string[] {
    try {
      this.#directoryError = undefined
      return readdirSync(this.#directory).filter((name) => name.endsWith('.xml'))
    } catch (cause) {
      const message = `libvirt's QEMU driver is not running: there is no ${this.#directory}`
      this.#directoryError = absentAs(message, cause, this.#directory)
      return []
    }
  }

  #load(name: string, before: Parsed | undefined): Parsed | undefined {
    const path = join(this.#directory, name)
    try {
      const { mtimeMs, size, ino } = statSync(path)
      const version = `${mtimeMs} ${size} ${ino}`
      if (before?.version === version) return before
      return this.#parse(path, version, size)
    } catch (cause) {
      // The file of a VM that has ended since the directory was listed is gone.
      const error = sourceError(cause, path)
      return error.code === 'SOURCE_ABSENT' ? undefined : { version: '', domain: undefined, error }
    }
  }

  #parse(path: string, version: string, size: number): Parsed {
    try {
      if (size > maxStatusBytes)
        throw new KvminfoError('SOURCE_MALFORMED', `${path} has more than ${maxStatusBytes} bytes`)
      const domain = detached(parseLibvirtStatus(readFileSync(path, 'utf8'), path))
      return { version, domain, error: undefined }
    } catch (cause) {
      const error = sourceError(cause, path)
      // Keep the version only of broken content: permissions can change without a change of the version.
      return { version: error.code === 'SOURCE_MALFORMED' ? version : '', domain: undefined, error }
    }
  }
}
