// The answers of the QEMUs outside libvirt that offer a QMP socket, fetched in the background. QEMU interrupts each vCPU
// once to read its statistics, so each fetch adds one to signal_exits per vCPU.
import { KvminfoError } from '../../errors.ts'
import type { Vcpu, VmState } from '../../model/vm.ts'
import { type Attempt, attempt } from '../attempt.ts'
import { type Aged, Background, isFresh } from '../exits/background.ts'
import type { KvmStatistics } from '../exits/kvm-statistics.ts'
import { readUid } from '../process/read.ts'
import type { QmpAnswer } from './query.ts'

const deadlineMs = 2_000
/** The number of conversations at a time. Most take less than a millisecond. */
const parallel = 8

/** Answers that a QEMU misses before it counts as hung: 30 s. One can be missed because another client is connected. */
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
}

export class QmpStatistics {
  readonly #background = new Background(() => this.#fetch())
  readonly #procfs: string
  #sockets: ReadonlyMap<string, OfferedSocket> = new Map()
  readonly #life = new Map<string, Life>()
  readonly #answers = new Map<string, Aged<Attempt<QmpAnswer>>>()

  constructor(procfs: string) {
    this.#procfs = procfs
  }

  /** The sockets to ask from now on, by `processKey`. */
  follow(sockets: ReadonlyMap<string, OfferedSocket>): void {
    this.#sockets = sockets
    for (const key of this.#answers.keys()) if (!sockets.has(key)) this.#answers.delete(key)
    for (const key of this.#life.keys()) if (!sockets.has(key)) this.#life.delete(key)
    this.#background.enable(sockets.size > 0)
  }

  /** undefined: no answer yet, or none in the last 30 s. */
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
    return answer !== undefined && isFresh(answer) ? answer.value : undefined
  }

  async #fetch(): Promise<void> {
    const waiting = [...this.#sockets]
    const work = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await this.#ask(...next)
    }
    await Promise.all(Array.from({ length: parallel }, work))
  }

  async #ask(key: string, socket: OfferedSocket): Promise<void> {
    // Loaded on first use, because few hosts need it and zod, which checks the answers, takes some megabytes of memory.
    const { queryQmp } = await import('./query.ts')
    const uid = attempt(() => readUid(this.#procfs, socket.pid))
    const value: Attempt<QmpAnswer> =
      uid.error !== undefined
        ? uid
        : await queryQmp({ path: socket.path, uid: uid.value }, deadlineMs).then(
            (answer) => ({ value: answer, error: undefined }),
            (error: KvminfoError) => ({ value: undefined, error }),
          )
    if (!this.#sockets.has(key)) return
    this.#answers.set(key, { value, atMs: performance.now() })
    const life = this.#life.get(key)
    if (value.error === undefined) this.#life.set(key, { state: value.value.state, missed: 0 })
    else if (life !== undefined && value.error.code === 'SOURCE_FAILED')
      this.#life.set(key, { ...life, missed: life.missed + 1 })
  }
}
