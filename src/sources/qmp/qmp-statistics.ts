// The answers of the QEMUs outside libvirt that offer a QMP socket, fetched in the background. QEMU interrupts each vCPU
// once to read its statistics, so each fetch adds one to signal_exits per vCPU.
import { KvminfoError } from '../../errors.ts'
import type { Vcpu, VmState } from '../../model/vm.ts'
import { type Attempt, attempt } from '../attempt.ts'
import { type Aged, Background, isFresh } from '../exits/background.ts'
import type { KvmStatistics } from '../exits/kvm-statistics.ts'
import { type Claim, Places } from '../places.ts'
import { readThreadIds, readUid } from '../process/read.ts'
import type { QmpSocket } from './connection.ts'
import type { QmpAnswer } from './query.ts'

const deadlineMs = 2_000
/** Conversations at a time. Most take less than a millisecond; one with a silent socket takes until the deadline. */
const shares = { places: 8, ofUnconfirmed: 6, perUser: 4 }

/**
 * Answers that a QEMU misses before it counts as hung. The pauses after a failure make that 30 s. One can be missed because
 * another client is connected.
 */
const hungAfter = 3

interface Life {
  /** At the last answer. */
  readonly state: VmState
  /** Questions since then that were not answered. */
  readonly missed: number
}

/** The socket that the command line of process `pid` names. */
export interface OfferedSocket {
  readonly pid: number
  readonly path: string
  /** Whether KVM says that this process is a VM. */
  readonly isVouchedFor: boolean
}

interface Question extends Claim {
  readonly pid: number
  readonly socket: QmpSocket
}

/** Asks a QEMU. Rejects with a KvminfoError. */
export type AskQmp = (socket: QmpSocket) => Promise<QmpAnswer>

const overSocket: AskQmp = async (socket) => {
  // Loaded on first use, because few hosts need it and zod, which checks the answers, takes some megabytes of memory.
  const { queryQmp } = await import('./query.ts')
  return queryQmp(socket, deadlineMs)
}

export class QmpStatistics {
  readonly #background = new Background(async () => this.#fetch())
  readonly #places = new Places<Question>(shares)
  readonly #procfs: string
  readonly #ask: AskQmp
  #sockets: ReadonlyMap<string, OfferedSocket> = new Map()
  readonly #life = new Map<string, Life>()
  readonly #answers = new Map<string, Aged<Attempt<QmpAnswer>>>()

  constructor(procfs: string, ask: AskQmp = overSocket) {
    this.#procfs = procfs
    this.#ask = ask
  }

  /** The sockets to ask from now on, by `processKey`. */
  follow(sockets: ReadonlyMap<string, OfferedSocket>): void {
    this.#sockets = sockets
    for (const key of this.#answers.keys()) if (!sockets.has(key)) this.#answers.delete(key)
    for (const key of this.#life.keys()) if (!sockets.has(key)) this.#life.delete(key)
    this.#places.retain((key) => sockets.has(key))
    this.#background.enable(sockets.size > 0)
  }

  /** The error of the last question, or the last answer. undefined: no answer yet, or none in the last 30 s. */
  statistics(key: string): Attempt<KvmStatistics> | undefined {
    const answer = this.#answer(key)
    if (answer === undefined || answer.error !== undefined) return answer
    const { statistics } = answer.value
    if (statistics !== undefined) return { value: statistics, error: undefined }
    const error = new KvminfoError(
      'SOURCE_ABSENT',
      `the QEMU on the QMP socket ${this.#sockets.get(key)?.path} does not report the KVM statistics that exits need`,
    )
    return { value: undefined, error }
  }

  vcpus(key: string): readonly Vcpu[] {
    return this.#answer(key)?.value?.vcpus ?? []
  }

  /**
   * `hung` if QEMU has answered before, said that the VM runs, and has not answered three times in a row. A client that
   * connects to the same socket and stays has the same effect. undefined if QEMU was not asked.
   */
  state(key: string): VmState | undefined {
    const life = this.#life.get(key)
    if (life === undefined) return undefined
    return life.missed >= hungAfter && life.state === 'running' ? 'hung' : this.#answer(key)?.value?.state
  }

  balloonBytes(key: string): number | undefined {
    return this.#answer(key)?.value?.balloonBytes
  }

  close(): void {
    this.#background.enable(false)
  }

  #answer(key: string): Attempt<QmpAnswer> | undefined {
    const answer = this.#answers.get(key)
    // An error stays until the next question, which may come later: what failed pauses.
    return answer !== undefined && (answer.value.error !== undefined || isFresh(answer))
      ? answer.value
      : undefined
  }

  /** Asks all that are due. It does not wait for them, so that silent sockets do not delay the next time. */
  #fetch(): void {
    const questions: Question[] = []
    for (const [key, { pid, path, isVouchedFor }] of this.#sockets) {
      const uid = attempt(() => readUid(this.#procfs, pid))
      if (uid.error === undefined)
        questions.push({ key, pid, uid: uid.value, isVouchedFor, socket: { path, uid: uid.value } })
      else this.#answered(key, uid)
    }
    this.#places.await(questions)
    this.#askNext()
  }

  #askNext(): void {
    for (let next = this.#places.next(); next !== undefined; next = this.#places.next()) {
      const question = next
      void this.#answerTo(question).then((answer) => {
        this.#places.release(question, answer.error !== undefined)
        this.#answered(question.key, answer)
        this.#askNext()
      })
    }
  }

  async #answerTo({ pid, socket }: Question): Promise<Attempt<QmpAnswer>> {
    try {
      const answer = await this.#ask(socket)
      // Any process can offer a socket and list there what it likes.
      const own = readThreadIds(this.#procfs, pid)
      return {
        value: { ...answer, vcpus: answer.vcpus.filter(({ tid }) => own.has(tid)) },
        error: undefined,
      }
    } catch (error) {
      return { value: undefined, error: error as KvminfoError }
    }
  }

  #answered(key: string, value: Attempt<QmpAnswer>): void {
    if (!this.#sockets.has(key)) return
    this.#answers.set(key, { value, atMs: performance.now() })
    const life = this.#life.get(key)
    if (value.error === undefined) this.#life.set(key, { state: value.value.state, missed: 0 })
    else if (life !== undefined && value.error.code === 'SOURCE_FAILED')
      this.#life.set(key, { ...life, missed: life.missed + 1 })
  }
}
