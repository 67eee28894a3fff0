// Large answers. Clients that ask for the same one while it is being made share it, so it is made once and in memory once,
// however slowly they read. All answers that clients have not read yet are bounded together: if a new one needs the
// memory, the clients of another one are disconnected.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Request, Response } from 'express'
import { clientNetwork } from './client-network.ts'
import { disconnect } from './disconnect.ts'
import { countByNetwork } from './network-counts.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Called when no client needs `body` any more. */
  free?(): void
}

interface Reader {
  readonly network: string
  readonly request: Request
  readonly response: Response
  /** When the client last took a part of the answer. */
  movedMs: number
}

interface Shared {
  readonly key: string
  readonly make: () => Promise<Answer>
  readonly readers: Set<Reader>
  /** Of the answer; undefined if all its clients left before its turn came. */
  readonly made: PromiseWithResolvers<Answer | undefined>
}

interface Unread {
  readonly answer: Answer
  readonly readers: ReadonlySet<Reader>
}

export interface AnswerLimits {
  /** For all unread answers together, in bytes. The newest answer may be larger. */
  readonly maxUnreadBytes: number
  /** How many answers are made at the same time. */
  readonly maxMaking: number
  /** How many clients may read at the same time. For each, the kernel holds up to 4 MiB that it has taken (tcp_wmem). */
  readonly maxReading: number
}

/** If all may read who can, one that has taken nothing for so long gives way to the next. */
const stalledMs = 250

/**
 * At most this much of an answer is handed to a connection at once. TLS encrypts what it is given at once, and the result
 * is in memory once for each client.
 */
const pieceBytes = 64 * 1024

/**
 * In one turn of the event loop, the server accepts only one connection, and it reads the request in the next. So if many
 * clients ask at once, each would find that the answer of the one before has just been made. Before an answer is made,
 * the event loop therefore turns until no further request has come for three turns, which is nothing on an idle server,
 * or for this time.
 */
const maxGatherMs = 50

export class SharedAnswers {
  readonly #limits: AnswerLimits
  readonly #now: () => number
  /** By key, those that are being made and those that wait for it. */
  readonly #wanted = new Map<string, Shared>()
  /** In the order of their arrival. */
  readonly #waiting = new Set<Shared>()
  #making = 0
  readonly #reading = new Set<Reader>()
  /** Of all requests so far. */
  #requests = 0
  /** In the order in which they were made. */
  readonly #unread = new Set<Unread>()

  constructor(limits: AnswerLimits, now: () => number = () => performance.now()) {
    this.#limits = limits
    this.#now = now
  }

  /** The memory of all answers that clients have not read completely. */
  get unreadBytes(): number {
    let sum = 0
    for (const { answer } of this.#unread) sum += memoryOf(answer)
    return sum
  }

  /**
   * Sends the answer that `make` returns, or the one of another client that is being made for the same `key`. Resolves
   * when the client has all of it or has left. Rejects if `make` does.
   */
  async send(request: Request, response: Response, key: string, make: () => Promise<Answer>): Promise<void> {
    const network = clientNetwork(request.socket.remoteAddress)
    const reader = { network, request, response, movedMs: this.#now() }
    const shared = this.#wanted.get(key) ?? this.#want(key, make)
    shared.readers.add(reader)
    this.#requests++
    this.#makeNext()
    let answer: Answer | undefined
    try {
      answer = await shared.made.promise
      if (answer !== undefined && isWaiting(response)) await this.#write(reader, answer)
    } finally {
      this.#reading.delete(reader)
      shared.readers.delete(reader)
      if (answer !== undefined && shared.readers.size === 0) this.#free(answer)
    }
  }

  #want(key: string, make: () => Promise<Answer>): Shared {
    const made = Promise.withResolvers<Answer | undefined>()
    const shared = { key, make, readers: new Set<Reader>(), made }
    this.#wanted.set(key, shared)
    this.#waiting.add(shared)
    return shared
  }

  /** Makes the next answer, unless enough are being made. */
  #makeNext(): void {
    if (this.#making >= this.#limits.maxMaking || this.#waiting.size === 0) return
    const next = this.#mostEntitled()
    this.#waiting.delete(next)
    this.#making++
    this.#make(next)
      // Who asks from now on gets an answer of its own, because this one would be out of date.
      .finally(() => {
        this.#wanted.delete(next.key)
        this.#making--
        this.#makeNext()
      })
      .then(next.made.resolve, next.made.reject)
  }

  async #make({ make, readers }: Shared): Promise<Answer | undefined> {
    await this.#gather()
    if (![...readers].some(({ response }) => isWaiting(response))) return undefined
    const answer = await make()
    this.#keep({ answer, readers })
    return answer
  }

  async #gather(): Promise<void> {
    const startMs = this.#now()
    let before = this.#requests
    for (let quiet = 0; quiet < 3 && this.#now() - startMs < maxGatherMs; quiet++) {
      await nextTurn()
      if (this.#requests > before) quiet = -1
      before = this.#requests
    }
  }

  /** The first answer that somebody of the network that wants the fewest has asked for. */
  #mostEntitled(): Shared {
    const counts = countByNetwork([...this.#wanted.values()].flatMap(({ readers }) => [...readers]))
    const sharesOf = ({ readers }: Shared) => [...readers].map(({ network }) => counts.get(network)!)
    const ranked = [...this.#waiting].map((shared) => ({ shared, share: Math.min(...sharesOf(shared)) }))
    return ranked.reduce((most, other) => (other.share < most.share ? other : most)).shared
  }

  /** Makes room for a new answer. */
  #keep(newest: Unread): void {
    while (
      this.#unread.size > 0 &&
      this.unreadBytes + memoryOf(newest.answer) > this.#limits.maxUnreadBytes
    ) {
      const least = this.#leastEntitled()
      this.#unread.delete(least)
      // Then their send() ends, and the last of them frees the answer.
      for (const { request } of least.readers) disconnect(request.socket)
    }
    this.#unread.add(newest)
  }

  /**
   * The answer that gives way: one whose readers all belong to the networks that read the most, and of these the one that
   * nobody has taken a part of for the longest time.
   */
  #leastEntitled(): Unread {
    const counts = countByNetwork([...this.#unread].flatMap(({ readers }) => [...readers]))
    const ranked = [...this.#unread].map((unread) => {
      const readers = [...unread.readers]
      return {
        unread,
        share: Math.min(...readers.map(({ network }) => counts.get(network)!)),
        movedMs: Math.max(...readers.map(({ movedMs }) => movedMs)),
      }
    })
    return ranked.reduce((least, other) =>
      (other.share - least.share || least.movedMs - other.movedMs) > 0 ? other : least,
    ).unread
  }

  #free(answer: Answer): void {
    for (const unread of this.#unread) if (unread.answer === answer) this.#unread.delete(unread)
    answer.free?.()
  }

  /** Resolves when the client may read, or has left. */
  async #takePlace(reader: Reader): Promise<void> {
    while (this.#reading.size >= this.#limits.maxReading && !isGone(reader.response)) {
      const least = this.#leastEntitledReader(reader)
      if (least === undefined) await sleep(stalledMs / 2)
      else {
        this.#reading.delete(least)
        disconnect(least.request.socket)
      }
    }
    reader.movedMs = this.#now()
    this.#reading.add(reader)
  }

  /** One of a network with more readers than that of `newcomer` would have, or one that has stalled, if there is one. */
  #leastEntitledReader(newcomer: Reader): Reader | undefined {
    const counts = countByNetwork(this.#reading)
    const share = (counts.get(newcomer.network) ?? 0) + 1
    const candidates = [...this.#reading].filter(
      ({ network, movedMs }) => counts.get(network)! > share || this.#now() - movedMs >= stalledMs,
    )
    return candidates.toSorted(
      (a, b) => counts.get(b.network)! - counts.get(a.network)! || a.movedMs - b.movedMs,
    )[0]
  }

  async #write(reader: Reader, answer: Answer): Promise<void> {
    const { request, response } = reader
    await this.#takePlace(reader)
    if (isGone(response)) return
    response.status(answer.status).set(answer.headers).set('Content-Length', String(answer.body.length))
    const body = request.method === 'HEAD' ? empty : answer.body
    let at = 0
    for (; at + pieceBytes < body.length; at += pieceBytes) {
      if (!response.write(body.subarray(at, at + pieceBytes))) await drained(response)
      // Lets the server accept and read other clients, however many take what they get at once.
      await nextTurn()
      if (isGone(response)) return
      reader.movedMs = this.#now()
    }
    // The last piece and the end at once, because a client that has the last byte may send its next request.
    response.end(body.subarray(at))
    await closed(response)
  }
}

const empty = Buffer.alloc(0)

/** Of the whole buffer, of which the body may be a part. */
const memoryOf = ({ body }: Answer): number => body.buffer.byteLength

/** Whether the client is there and nothing has been sent to it, such as a refusal. */
const isWaiting = (response: Response): boolean => !isGone(response) && !response.headersSent

/** A response learns that its connection is gone only in the next turn of the event loop. */
const isGone = (response: Response): boolean => response.destroyed || response.req.socket.destroyed

/** Resolves when the connection takes more, or is closed. */
function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    if (isGone(response)) resolve()
    else response.on('drain', done).on('close', done)
  })
}

/** Resolves when the answer was sent or the client left. */
function closed(response: Response): Promise<void> {
  return new Promise((resolve) => (response.closed ? resolve() : response.once('close', resolve)))
}
