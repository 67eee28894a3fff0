// Compares passwords with bcrypt hashes in a thread of its own. It exists only while passwords are checked, because it takes
// 30 MB; bcrypt in the main thread would take 12 MB.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { BcryptResult, BcryptTask } from './bcrypt-worker.ts'

export interface Bcrypt {
  /** One call at a time. Rejects if the computation fails. */
  run(task: BcryptTask): Promise<BcryptResult>
}

const idleMs = 10_000

// TypeScript renames imports in the built program, but no URLs.
const workerUrl = new URL(`./bcrypt-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

export class BcryptThread implements Bcrypt {
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined

  async run(task: BcryptTask): Promise<BcryptResult> {
    clearTimeout(this.#idle)
    this.#worker ??= new Worker(workerUrl, {
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    })
    // A check that takes long does not delay the end of the program.
    this.#worker.unref()
    try {
      this.#worker.postMessage(task)
      const [result] = await once(this.#worker, 'message')
      this.#idle = setTimeout(() => this.#stop(), idleMs).unref()
      return result
    } catch (error) {
      this.#stop()
      throw error
    }
  }

  #stop(): void {
    void this.#worker?.terminate()
    this.#worker = undefined
  }
}
