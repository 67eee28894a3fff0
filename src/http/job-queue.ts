// Runs jobs one at a time and in the order of their arrival. The number of waiting jobs is limited, and a job is dropped
// when its client disconnects. After each job the queue pauses for as long as the job took, so that a flood of jobs takes
// no more than half of a core from this host.

interface Waiting {
  readonly start: () => void
}

export class JobQueue {
  readonly #max: number
  readonly #waiting = new Set<Waiting>()
  #isBusy = false

  /** `max` is the number of jobs that may wait, not counting the running one. */
  constructor(max: number) {
    this.#max = max
  }

  /** No job runs or waits, and the pause after the last one is over. */
  get isIdle(): boolean {
    return !this.#isBusy
  }

  get isFull(): boolean {
    return this.#waiting.size >= this.#max
  }

  /** The result of the job; `left` if `client` aborted before the job started; `full` if too many jobs wait already. */
  run<Result>(job: () => Promise<Result>, client: AbortSignal): Promise<Result | 'left' | 'full'> {
    if (client.aborted) return Promise.resolve('left')
    if (this.isFull) return Promise.resolve('full')
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
