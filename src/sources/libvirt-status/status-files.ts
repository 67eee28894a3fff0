// libvirt's live status files, each parsed again only when it changed. They lie on a tmpfs, so nothing here
// waits.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { KvminfoError } from '../../errors.ts'
import type { Problem } from '../../model/host-snapshot.ts'
import { detached } from '../detached.ts'
import { absentAs, sourceError } from '../source-error.ts'
import { type LibvirtDomain, parseLibvirtStatus } from './parse.ts'

// A file system's clock steps by up to 10 ms: a change right after a look may leave the time as it was.
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
  #hasLooked = false
  /** The directory's time of change at a look after which nothing changed unseen. */
  #settledMs: number | undefined

  constructor(rundir: string) {
    this.#directory = join(rundir, 'libvirt', 'qemu')
  }

  /** Parses what is new or changed. */
  async refresh(): Promise<void> {
    const lookMs = Date.now()
    const changedMs = this.#changedMs()
    if (changedMs !== undefined && changedMs === this.#settledMs) return
    const names = new Set(this.#list())
    for (const name of this.#files.keys()) if (!names.has(name)) this.#files.delete(name)
    for (const name of names) {
      const before = this.#files.get(name)
      const parsed = this.#load(name, before)
      if (parsed === undefined) this.#files.delete(name)
      else this.#files.set(name, parsed)
      // A file takes about two milliseconds to parse: a thousand at once would hold up every answer.
      if (parsed !== before) await setImmediate()
    }
    this.#hasLooked = true
    const isDenied = [...this.#files.values()].some(({ error }) => error?.code === 'SOURCE_DENIED')
    this.#settledMs =
      changedMs !== undefined && !isDenied && lookMs - changedMs > settleMs ? changedMs : undefined
  }

  /** Whether all files have been looked at once. */
  hasLooked(): boolean {
    return this.#hasLooked
  }

  /** The running KVM domains, by pid. */
  domains(): Map<number, LibvirtDomain> {
    const domains = new Map<number, LibvirtDomain>()
    for (const { domain } of this.#files.values()) if (domain !== undefined) domains.set(domain.pid, domain)
    return domains
  }

  /** Files that cost their VM its name and devices; an unreadable directory or user right is no such case. */
  problems(): Problem[] {
    return [...this.#files].flatMap(([name, { error }]) =>
      error !== undefined && error.code !== 'SOURCE_DENIED'
        ? [{ subject: join(this.#directory, name), error }]
        : [],
    )
  }

  /** Why no status file can be read; undefined where one can be, or there is none because no VM runs. */
  error(): KvminfoError | undefined {
    if (this.#directoryError !== undefined) return this.#directoryError
    const errors = [...this.#files.values()].map(({ error }) => error)
    return errors.every((error) => error?.code === 'SOURCE_DENIED') ? errors[0] : undefined
  }

  /** libvirt replaces a file by renaming a new one onto it (virFileRewrite), which changes the directory too. */
  #changedMs(): number | undefined {
    try {
      return statSync(this.#directory).mtimeMs
    } catch {
      // Listing it will say why.
      return undefined
    }
  }

  #list(): string[] {
    try {
      this.#directoryError = undefined
      return readdirSync(this.#directory).filter((name) => name.endsWith('.xml'))
    } catch (cause) {
      const message = `libvirt's QEMU driver does not run here: there is no ${this.#directory}`
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
      return this.#parse(path, version)
    } catch (cause) {
      // A VM that ended since the directory was read takes its file along.
      const error = sourceError(cause, path)
      return error.code === 'SOURCE_ABSENT' ? undefined : { version: '', domain: undefined, error }
    }
  }

  #parse(path: string, version: string): Parsed {
    try {
      const domain = detached(parseLibvirtStatus(readFileSync(path, 'utf8'), path))
      return { version, domain, error: undefined }
    } catch (cause) {
      const error = sourceError(cause, path)
      // Rights may change without a trace in the version; broken content may not.
      return { version: error.code === 'SOURCE_MALFORMED' ? version : '', domain: undefined, error }
    }
  }
}
