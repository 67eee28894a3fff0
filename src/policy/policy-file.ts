// The policy as it is on disk now. A file that becomes wrong stops new changes until it is fixed; what is applied already
// is still watched and undone, with the last good policy.
import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { fileStamp } from '../config/file-stamp.ts'
import { maxConfigBytes, readConfigFile } from '../config/read-config-file.ts'
import { KvminfoError } from '../errors.ts'
import type { Logger } from '../log/logger.ts'
import { type Policy, parsePolicy } from './schema.ts'

export interface LoadedPolicy {
  readonly policy: Policy
  /** SHA-256 of the file, hexadecimal. A plan is bound to it. */
  readonly sha: string
}

/** Throws CONFIG_INVALID if the file cannot be read, is no regular file, others may write it, or its text is wrong. */
export function loadPolicy(path: string): LoadedPolicy {
  const text = readSafely(path)
  return { policy: parsePolicy(text, path), sha: createHash('sha256').update(text).digest('hex') }
}

function readSafely(path: string): string {
  try {
    return readConfigFile(path, (stat) => {
      const problem = problemOf(stat, path)
      if (problem !== undefined) throw new KvminfoError('CONFIG_INVALID', `the policy ${path} ${problem}`)
    })
  } catch (cause) {
    if (cause instanceof KvminfoError) throw cause
    throw new KvminfoError('CONFIG_INVALID', `cannot read the policy ${path}`, { cause })
  }
}

function problemOf(stat: Stats, path: string): string | undefined {
  if (!stat.isFile()) return 'is not a regular file'
  // Otherwise who takes over the process that faces the network could set the bounds of the actuator.
  if (stat.uid !== 0 && stat.uid !== process.geteuid?.())
    return `belongs to another user; run: chown root ${path}`
  if ((stat.mode & 0o022) !== 0) return `can be changed by other users; run: chmod go-w ${path}`
  return stat.size > maxConfigBytes ? `is larger than ${maxConfigBytes / 1024 / 1024} MiB` : undefined
}

export class PolicyFile {
  readonly #path: string
  readonly #log: Logger
  #stamp: string
  #loaded: LoadedPolicy
  #problem: Error | undefined

  /** Throws CONFIG_INVALID. */
  constructor(path: string, log: Logger) {
    this.#path = path
    this.#log = log
    this.#stamp = fileStamp(path)
    this.#loaded = loadPolicy(path)
  }

  /** The last good policy. */
  get current(): LoadedPolicy {
    this.#refresh()
    return this.#loaded
  }

  /** Why no new change may be made; undefined if the file is fine. */
  get problem(): Error | undefined {
    this.#refresh()
    return this.#problem
  }

  #refresh(): void {
    const now = fileStamp(this.#path)
    if (now === this.#stamp) return
    this.#stamp = now
    try {
      this.#loaded = loadPolicy(this.#path)
      this.#problem = undefined
      this.#log.info({ file: this.#path }, 'policy reloaded')
    } catch (error) {
      this.#problem = error as Error
      this.#log.error(
        { err: error, file: this.#path },
        'the policy is broken; nothing new is changed until it is fixed',
      )
    }
  }
}
