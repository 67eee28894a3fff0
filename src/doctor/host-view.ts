// The host as the checks see it: small files by the path that a person would type, each read once, and what the sources
// know. Paths below /proc, /sys and /run lead to where these are mounted; all others start at the host's root.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KvminfoError } from '../errors.ts'
import type { HugePagePool, KsmState, MemoryInfo } from '../model/host.ts'
import type { SourceState } from '../model/sources.ts'
import { type Attempt, attempt, once } from '../sources/attempt.ts'
import { readHugePages } from '../sources/hugepages/read.ts'
import { readKsm } from '../sources/ksm/read.ts'
import { readMeminfo } from '../sources/meminfo/read.ts'
import type { HostPaths } from '../sources/paths.ts'
import { sourceError } from '../sources/source-error.ts'
import { WholeFile } from '../sources/whole-file.ts'
import type { VmView } from './vm-view.ts'

export interface Places extends HostPaths {
  /** The root of the host's file system, for /boot and /etc. */
  readonly root: string
}

export interface Known {
  /** The version of this program. */
  readonly version: string
  /** The error if the host's VMs could not be listed. */
  readonly vms?: readonly VmView[] | KvminfoError
  readonly sources?: readonly SourceState[]
}

export class HostView {
  readonly places: Places
  readonly version: string
  readonly #vms: readonly VmView[] | KvminfoError
  readonly sources: readonly SourceState[]
  readonly ksm: () => KsmState
  readonly hugePages: () => readonly HugePagePool[]
  readonly memory: () => MemoryInfo
  readonly #texts = new Map<string, Attempt<string>>()

  constructor(places: Places, { version, vms = [], sources = [] }: Known) {
    this.places = places
    this.version = version
    this.#vms = vms
    this.sources = sources
    const file = new WholeFile()
    this.ksm = once(() => readKsm(places.sysfs, file))
    this.hugePages = once(() => readHugePages(places.sysfs, file))
    this.memory = once(() => readMeminfo(places.procfs, file))
  }

  /** Throws if the host's VMs could not be listed. */
  get vms(): readonly VmView[] {
    if (this.#vms instanceof KvminfoError) throw this.#vms
    return this.#vms
  }

  /** The file without blanks at its ends. Throws SOURCE_ABSENT, SOURCE_DENIED or SOURCE_FAILED. */
  text(path: string): string {
    let known = this.#texts.get(path)
    if (known === undefined) {
      known = attempt(() => {
        try {
          return readFileSync(this.at(path), 'utf8').trim()
        } catch (cause) {
          throw sourceError(cause, this.at(path))
        }
      })
      this.#texts.set(path, known)
    }
    if (known.error !== undefined) throw known.error
    return known.value
  }

  /** undefined if the file does not exist. Throws if it cannot be read. */
  optional(path: string): string | undefined {
    return absentAsUndefined(() => this.text(path))
  }

  /** undefined if the file does not exist. Throws SOURCE_MALFORMED if it has no whole number. */
  number(path: string): number | undefined {
    const text = this.optional(path)
    if (text === undefined) return undefined
    if (!/^-?\d{1,15}$/.test(text))
      throw new KvminfoError('SOURCE_MALFORMED', `${this.at(path)} does not contain a number`)
    return Number(text)
  }

  /** The names in a directory, in order; empty if it does not exist. */
  names(path: string): readonly string[] {
    const read = (): string[] => {
      try {
        return readdirSync(this.at(path)).sort(inNumericOrder)
      } catch (cause) {
        throw sourceError(cause, this.at(path))
      }
    }
    return absentAsUndefined(read) ?? []
  }

  /** Of a file whose bytes are no text. undefined if it does not exist. */
  bytes(path: string): Buffer | undefined {
    return absentAsUndefined(() => {
      try {
        return readFileSync(this.at(path))
      } catch (cause) {
        throw sourceError(cause, this.at(path))
      }
    })
  }

  at(path: string): string {
    const { procfs, sysfs, rundir, root } = this.places
    const mounts = { '/proc/': procfs, '/sys/': sysfs, '/run/': rundir }
    for (const [prefix, mount] of Object.entries(mounts))
      if (path.startsWith(prefix)) return join(mount, path.slice(prefix.length))
    return join(root, path)
  }
}

const inNumericOrder = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })

function absentAsUndefined<T>(read: () => T): T | undefined {
  const { value, error } = attempt(read)
  if (error === undefined) return value
  if (error.code === 'SOURCE_ABSENT') return undefined
  throw error
}
