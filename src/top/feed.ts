// Where frames come from: the running host, or a recording.
import type { TaskScope } from '../model/task-rows.ts'
import type { Frame } from './frame/frame.ts'
import type { LiveFrames } from './frame/live-frames.ts'
import type { Recorder } from './recording/recorder.ts'
import type { Recording } from './recording/recording.ts'
import { dateTime, size } from './view/figures.ts'

export interface Pace {
  readonly intervalSeconds: number
  readonly speed: number
}

export interface Feed {
  /** Whether another scope gives other rows. */
  readonly isLive: boolean
  /** The next frame, or with a step of -1 the previous one. undefined if there is none: the recording has ended. */
  next(scope: TaskScope, step: 1 | -1): Promise<Frame | undefined>
  /** How long the frame after the last one is away; undefined if there is none. */
  delayMs(pace: Pace): number | undefined
  /** For the header. */
  describe(pace: Pace): string
  /** For the bottom line. */
  readonly message: string | undefined
  close(): void
}

/** Rates need two samples, so the second one follows soon after the first. */
const firstIntervalSeconds = 1

export class LiveFeed implements Feed {
  readonly isLive = true
  readonly #frames: LiveFrames
  readonly #recorder: Recorder | undefined
  readonly #closeHost: () => void
  #count = 0

  constructor(frames: LiveFrames, recorder: Recorder | undefined, closeHost: () => void) {
    this.#frames = frames
    this.#recorder = recorder
    this.#closeHost = closeHost
  }

  async next(scope: TaskScope): Promise<Frame> {
    const frame = await this.#frames.next(scope)
    this.#count++
    // The first has no rates.
    if (frame.seconds !== null) this.#recorder?.add(frame)
    return frame
  }

  delayMs({ intervalSeconds }: Pace): number {
    return (this.#count === 1 ? Math.min(firstIntervalSeconds, intervalSeconds) : intervalSeconds) * 1000
  }

  describe({ intervalSeconds }: Pace): string {
    const recording = this.#recorder === undefined ? '' : `, recording (${size(this.#recorder.bytes)})`
    return `every ${intervalSeconds} s${recording}`
  }

  get message(): string | undefined {
    return this.#recorder?.ended
  }

  close(): void {
    this.#recorder?.close()
    this.#closeHost()
  }
}

export class ReplayFeed implements Feed {
  readonly isLive = false
  readonly #recording: Recording
  #index = -1
  #at: number | undefined
  #delayMs: number | undefined

  constructor(recording: Recording) {
    this.#recording = recording
  }

  async next(_scope: TaskScope, step: 1 | -1): Promise<Frame | undefined> {
    for (let index = this.#index + step; index >= 0 && index < this.#recording.count; index += step) {
      const frame = this.#recording.frame(index)
      // A damaged line costs only itself.
      if (frame === undefined) continue
      this.#delayMs = (frame.seconds ?? firstIntervalSeconds) * 1000
      this.#index = index
      this.#at = frame.at
      return frame
    }
    return undefined
  }

  delayMs({ speed }: Pace): number | undefined {
    if (this.#index + 1 >= this.#recording.count) return undefined
    return (this.#delayMs ?? 0) / speed
  }

  describe({ speed }: Pace): string {
    const where = `${this.#index + 1} of ${this.#recording.count}`
    return `replay of ${this.#recording.head.host}, ${where}, ${speed} x${this.#at === undefined ? '' : `, ${dateTime(this.#at)}`}`
  }

  get message(): string | undefined {
    return this.#index + 1 >= this.#recording.count ? 'end of the recording; , goes back' : undefined
  }

  close(): void {
    this.#recording.close()
  }
}
