// Jobs that keep this thread to themselves, one at a time, in the order in which they came; only so many wait, and none
// whose client has left. After each the thread is free for as long as it was busy: under a flood of jobs, half of it
// stays for others. A breath between two is not enough, as the server takes but one new connection in each.

interface Waiting {
  readonly start: () => void
}

export class JobQueue {
  readonly #max: number
  readonly #waiting = new Set<Waiting>()
  #isBusy = false

  /** `max` jobs may wait beside the one under way. */
  constructor(max: number) {
    this.#max = max
  }

  /** What the job gives; `left` where `client` aborted before it began; `full` where no more may wait. */
  run<Result>(job: () => Promise<Result>, client: AbortSignal): Promise<Result | 'left' | 'full'> {
    if (client.aborted) return Promise.resolve('left')
    if (this.#waiting.size >= this.#max) return Promise.resolve('full')
    const result = new Promise<Result | 'left'>((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiting)
        resolve('left')
      }
      const waiting = {
        start: () => {
          client.removeEventListener('abort', leave)
          const startMs = performance.now()
          job()
            .finally(() => setTimeout(() => this.#next(), performance.now() - startMs))
            .then(resolve, reject)
        },
      }
      client.addEventListener('abort', leave, { once: true })
      this.#waiting.add(waiting)
    })
    if (!this.#isBusy) this.#next()
    return result
  }

  #next(): void {
    const [first] = this.#waiting
    this.#isBusy = first !== undefined
    if (first === undefined) return
    this.#waiting.delete(first)
    first.start()
  }
}
