// Bearer tokens from files. Two files allow a token to be replaced without a gap.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Stats } from 'node:fs'
import { readConfigFile } from '../../config/read-config-file.ts'
import { KvminfoError } from '../../errors.ts'

const minLength = 16
const maxBytes = 4_096

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The token in a file, without the newline at its end. Throws CONFIG_INVALID, never with the token. */
function readToken(path: string): string {
  let text: string
  try {
    text = readConfigFile(path, (stat) => refuseUnsafe(stat, path)).replace(/\r?\n$/, '')
  } catch (cause) {
    if (cause instanceof KvminfoError) throw cause
    throw new KvminfoError('CONFIG_INVALID', `cannot read the token file ${path}`, { cause })
  }
  if (text.length < minLength || /[^\x21-\x7e]/.test(text)) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      `the token in ${path} must be one line of at least ${minLength} printable characters without blanks; make one with: openssl rand -hex 32`,
    )
  }
  return text
}

function refuseUnsafe(stat: Stats, path: string): void {
  if (!stat.isFile() || stat.size > maxBytes)
    throw new KvminfoError('CONFIG_INVALID', `the token file ${path} is not a small regular file`)
  if ((stat.mode & 0o007) !== 0) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      `every user can read the token file ${path}; run: chmod o= ${path}`,
    )
  }
}

/** Reads the files at each check, as they are small and a check is rare; so a new token works at once. */
export class BearerTokens {
  readonly #paths: readonly string[]

  /** Throws CONFIG_INVALID if a file is wrong. */
  constructor(paths: readonly string[]) {
    this.#paths = paths
    for (const path of paths) readToken(path)
  }

  get isEmpty(): boolean {
    return this.#paths.length === 0
  }

  /** `header`: of `Authorization`. A file that has become unreadable accepts nothing. Takes the same time for all tokens. */
  accepts(header: string | undefined): boolean {
    const given = /^Bearer +(\S{1,4096})$/i.exec(header ?? '')?.[1] ?? ''
    const candidate = digest(given)
    let accepted = false
    for (const path of this.#paths) {
      try {
        if (timingSafeEqual(digest(readToken(path)), candidate)) accepted = true
      } catch {
        // Being replaced right now, or broken; the other file may be right.
      }
    }
    return accepted && given !== ''
  }
}
