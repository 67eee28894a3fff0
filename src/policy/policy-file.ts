// The policy as it is on disk now. A file that becomes wrong stops new changes until it is fixed; what is applied already
// is still watched and undone, with the last good policy.
import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { KvminfoError } from '../errors.ts'
import type { Logger } from '../log/logger.ts'
import { type Policy, parsePolicy } from './schema.ts'

const maxBytes = 1024 * 1024

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
  let fd: number
  try {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    throw new KvminfoError('CONFIG_INVALID', `cannot read the policy ${path}`, { cause })
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw new KvminfoError('CONFIG_INVALID', `the policy ${path} is not a regular file`)
    // Otherwise who takes over the process that faces the network could set the bounds of the actuator.
    if (stat.uid !== 0 && stat.uid !== process.geteuid?.()) {
      throw new KvminfoError(
        'CONFIG_INVALID',
        `the policy ${path} belongs to another user; run: chown root ${path}`,
      )
    }
    if ((stat.mode & 0o022) !== 0) {
      throw new KvminfoError(
        'CONFIG_INVALID',
        `the policy ${path} can be changed by other users; run: chmod go-w ${path}`,
      )
    }
    const buffer = Buffer.alloc(maxBytes + 1)
    let length = 0
    for (;;) {
      const count = readSync(fd, buffer, length, buffer.length - length, null)
      length += count
      if (length > maxBytes)
        throw new KvminfoError('CONFIG_INVALID', `the policy ${path} is larger than 1 MiB`)
      if (count === 0) return buffer.toString('utf8', 0, length)
    }
  } finally {
    closeSync(fd)
  }
}

function stamp(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined
    ? 'absent'
    : `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`
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
    this.#stamp = stamp(path)
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
    const now = stamp(this.#path)
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
