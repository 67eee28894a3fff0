// Writes frames to a file while the monitor runs. Never larger than agreed, and never in the way of the monitor: if the
// file is full or cannot be written, the recording ends, and the reason is shown.
import { closeSync, openSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { KvminfoError, systemReason } from '../../errors.ts'
import { errorText } from '../../log/error-text.ts'
import type { Frame } from '../frame/frame.ts'
import { isMainThread, type TaskList, vmOf } from '../frame/task-list.ts'
import { frameLine, headLine } from './format.ts'

/** Of each frame. The threads of VMs come first, then what used most CPU time, then the rest. */
export const maxTasks = 1_000

export class Recorder {
  readonly #path: string
  readonly #maxBytes: number
  #fd: number | undefined
  #bytes = 0
  #ended: string | undefined

  /** Creates the file, which must not exist. Throws CONFIG_INVALID. */
  constructor(path: string, maxBytes: number) {
    this.#path = path
    this.#maxBytes = maxBytes
    try {
      // The names and users of all processes are not for everybody.
      this.#fd = openSync(path, 'wx', 0o600)
      this.#write(headLine({ host: hostname(), startedAt: Date.now() / 1000 }))
    } catch (cause) {
      const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST'
      const advice = exists ? 'it exists; choose another name, or remove it' : systemReason(cause)
      throw new KvminfoError('CONFIG_INVALID', `--record: cannot create ${path}: ${advice}`, { cause })
    }
  }

  /** Why nothing more is recorded; undefined while it goes on. */
  get ended(): string | undefined {
    return this.#ended
  }

  get bytes(): number {
    return this.#bytes
  }

  add(frame: Frame): void {
    if (this.#fd === undefined) return
    const line = frameLine(frame, tasksToKeep(frame.tasks))
    if (this.#bytes + line.length > this.#maxBytes) {
      this.#end(`the recording has reached --record-limit and has ended; it is complete up to now`)
      return
    }
    try {
      this.#write(line)
    } catch (error) {
      this.#end(`the recording has ended, because ${this.#path} cannot be written: ${errorText(error)}`)
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  #end(reason: string): void {
    this.#ended = reason
    this.close()
  }

  #write(line: string): void {
    // A disk that is almost full can take a part of it. The next line must not be glued to that part.
    if (writeSync(this.#fd!, line) < line.length) throw new Error('no space left on the device')
    this.#bytes += line.length
  }
}

function tasksToKeep(list: TaskList): number[] {
  const { rows, figures } = list
  if (rows.count <= maxTasks) return Array.from({ length: rows.count }, (_, row) => row)
  const rank = (row: number): number => {
    const ofVm = vmOf(list, row) === undefined ? 0 : 1e9
    const cpu = isMainThread(list, row) ? figures.processCpu[row]! : figures.cpu[row]!
    return ofVm + (Number.isNaN(cpu) ? 0 : cpu * 1e3) + (isMainThread(list, row) ? 1e-3 : 0)
  }
  const ranks = Float64Array.from({ length: rows.count }, (_, row) => rank(row))
  const best = Uint32Array.from({ length: rows.count }, (_, row) => row).sort(
    (a, b) => ranks[b]! - ranks[a]! || a - b,
  )
  return Array.from(best.subarray(0, maxTasks).sort())
}
