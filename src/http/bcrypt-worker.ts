// The thread that computes bcrypt hashes, so that they do not delay the answers of the server (bcrypt-thread.ts).
import { parentPort } from 'node:worker_threads'
import { compareSync } from 'bcryptjs'

export interface BcryptTask {
  readonly password: string
  readonly hash: string
  /** Compared as well if `hash` does not match; the results do not count. */
  readonly fillers: readonly string[]
}

export interface BcryptResult {
  readonly isMatch: boolean
  /** How long the comparisons took. */
  readonly ms: number
}

parentPort?.on('message', ({ password, hash, fillers }: BcryptTask) => {
  const startMs = performance.now()
  const isMatch = compareSync(password, hash)
  if (!isMatch) for (const filler of fillers) compareSync(password, filler)
  const result: BcryptResult = { isMatch, ms: performance.now() - startMs }
  parentPort?.postMessage(result)
})
