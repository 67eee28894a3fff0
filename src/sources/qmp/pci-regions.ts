// The PCI devices of the QEMUs outside libvirt that offer a QMP socket, with the addresses that their guests gave them. They
// are fetched in the background, often while the name of an address is wanted and otherwise rarely, because QEMU serves
// one client at a time.
import type { KvminfoError } from '../../errors.ts'
import { attempt } from '../attempt.ts'
import { Background } from '../exits/background.ts'
import { type Claim, Places } from '../places.ts'
import { readUid } from '../process/read.ts'
import type { QmpSocket } from './connection.ts'
import type { PciDevice } from './pci-device.ts'
import type { OfferedSocket } from './qmp-statistics.ts'

const deadlineMs = 2_000
/** Fewer than for statistics, because nobody waits for a name. */
const shares = { places: 4, ofUnconfirmed: 2, perUser: 2 }

/** How old an answer may be if no name is wanted: a guest seldom moves a device after it has booted. */
const usualAgeMs = 60_000

export interface PciQuestion extends OfferedSocket {
  /** Whether an address without a name has been accessed since the last answer. */
  readonly isUrgent: boolean
}

interface Asked {
  /** When the last question was asked, by performance.now(). */
  readonly atMs: number
  readonly error: KvminfoError | undefined
  /** The last answer; empty before the first. */
  readonly devices: readonly PciDevice[]
}

interface Work extends Claim {
  readonly socket: QmpSocket
}

/** Asks a QEMU. Rejects with a KvminfoError. */
export type AskPci = (socket: QmpSocket) => Promise<readonly PciDevice[]>

const overSocket: AskPci = async (socket) => {
  // Loaded on first use, as in qmp-statistics.ts.
  const { queryPci } = await import('./query.ts')
  return queryPci(socket, deadlineMs)
}

const none: readonly PciDevice[] = []

export class PciRegions {
  readonly #background = new Background(async () => this.#fetch())
  readonly #places = new Places<Work>(shares)
  readonly #procfs: string
  readonly #ask: AskPci
  #questions: ReadonlyMap<string, PciQuestion> = new Map()
  readonly #asked = new Map<string, Asked>()

  constructor(procfs: string, ask: AskPci = overSocket) {
    this.#procfs = procfs
    this.#ask = ask
  }

  /** The sockets to ask from now on, by `processKey`. */
  follow(questions: ReadonlyMap<string, PciQuestion>): void {
    this.#questions = questions
    for (const key of this.#asked.keys()) if (!questions.has(key)) this.#asked.delete(key)
    this.#places.retain((key) => questions.has(key))
    this.#background.enable(questions.size > 0)
  }

  /** Empty before the first answer. The same array until the next answer. */
  devices(key: string): readonly PciDevice[] {
    return this.#asked.get(key)?.devices ?? none
  }

  /** When the last answer was asked for, by performance.now(); 0 before the first, undefined if QEMU does not answer. */
  askedAtMs(key: string): number | undefined {
    const asked = this.#asked.get(key)
    if (asked === undefined) return 0
    return asked.error === undefined ? asked.atMs : undefined
  }

  close(): void {
    this.#background.enable(false)
  }

  #fetch(): void {
    const now = performance.now()
    const work: Work[] = []
    for (const [key, { pid, path, isVouchedFor, isUrgent }] of this.#questions) {
      if (!isUrgent && now - (this.#asked.get(key)?.atMs ?? Number.NEGATIVE_INFINITY) < usualAgeMs) continue
      const { value: uid, error } = attempt(() => readUid(this.#procfs, pid))
      if (error === undefined) work.push({ key, uid, isVouchedFor, socket: { path, uid } })
      else this.#asked.set(key, { atMs: now, error, devices: this.devices(key) })
    }
    this.#places.await(work)
    this.#askNext()
  }

  #askNext(): void {
    for (let next = this.#places.next(); next !== undefined; next = this.#places.next()) {
      const work = next
      void this.#answerTo(work).then((asked) => {
        this.#places.release(work, asked.error !== undefined)
        if (this.#questions.has(work.key)) this.#asked.set(work.key, asked)
        this.#askNext()
      })
    }
  }

  async #answerTo({ key, socket }: Work): Promise<Asked> {
    const atMs = performance.now()
    try {
      return { atMs, error: undefined, devices: await this.#ask(socket) }
    } catch (error) {
      return { atMs, error: error as KvminfoError, devices: this.devices(key) }
    }
  }
}
