// The monitor on the terminal: takes frames at the interval, draws them, and does what keys ask for.
import { errorText } from '../log/error-text.ts'
import type { TaskScope } from '../model/task-rows.ts'
import type { Feed } from './feed.ts'
import type { Frame } from './frame/frame.ts'
import { type Effect, press } from './keys.ts'
import { Canvas } from './screen/canvas.ts'
import { capabilitiesOf } from './screen/capabilities.ts'
import { LinePainter } from './screen/line.ts'
import { Terminal } from './screen/terminal.ts'
import { type Shown, type Start, type State, startState } from './state.ts'
import { render } from './view/render.ts'

export interface MonitorOptions extends Start {
  readonly feed: Feed
}

/** Resolves when the user quits, or a signal asks for it. Rejects if the first frame cannot be taken. */
export async function runMonitor(options: MonitorOptions): Promise<void> {
  const monitor = new Monitor(options)
  await monitor.run()
}

class Monitor {
  readonly #feed: Feed
  readonly #terminal: Terminal
  readonly #canvas: Canvas
  readonly #painter = new LinePainter(capabilitiesOf(process.env))
  readonly #ended = Promise.withResolvers<void>()
  #state: State
  #shown: Shown = { keys: [], pageRows: 1, lines: 0, columns: [], hiddenColumns: 0 }
  #frame: Frame | undefined
  #failure: string | undefined
  #timer: NodeJS.Timeout | undefined
  #dueMs = 0
  #isTaking = false
  /** What to take once the frame that is being taken is there. */
  #wanted: 1 | -1 | undefined

  constructor({ feed, ...start }: MonitorOptions) {
    this.#feed = feed
    this.#state = startState(start)
    this.#terminal = new Terminal(process.stdin, process.stdout, {
      key: (name) => this.#press(name),
      redraw: () => {
        this.#canvas.forget()
        this.#draw()
      },
      stop: () => this.#ended.resolve(),
    })
    this.#canvas = new Canvas((text) => this.#terminal.write(text))
  }

  async run(): Promise<void> {
    // Before the screen is taken, because its errors belong on the normal one.
    this.#frame = await this.#feed.next(this.#scope(), 1)
    this.#terminal.open()
    try {
      this.#draw()
      this.#dueMs = performance.now()
      this.#schedule()
      await this.#ended.promise
    } finally {
      clearTimeout(this.#timer)
      this.#terminal.close()
    }
  }

  #scope(): TaskScope {
    const { list, hasThreads, isTree } = this.#state
    return list === 'tasks' && (hasThreads || isTree) ? 'threads' : 'processes'
  }

  #press(name: string): void {
    const before = this.#state
    const { state, effect } = press(before, name, this.#shown)
    this.#state = state
    if (effect !== undefined) this.#do(effect)
    const { intervalSeconds, isPaused, speed } = state
    if (intervalSeconds === before.intervalSeconds && isPaused === before.isPaused && speed === before.speed)
      return
    this.#dueMs = performance.now()
    this.#schedule()
  }

  #do(effect: Effect): void {
    if (effect === 'quit') this.#ended.resolve()
    else if (effect === 'suspend') this.#terminal.suspend()
    else if (effect === 'back') void this.#take(-1)
    else if (effect === 'forward') void this.#take(1)
    else {
      this.#draw()
      // Another scope needs other rows. A recording has the rows that it has.
      if (effect === 'sample' && this.#feed.isLive) void this.#take(1)
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    const delayMs = this.#feed.delayMs(this.#state)
    if (this.#state.isPaused || delayMs === undefined) return
    const nowMs = performance.now()
    // Steady, but never behind: after a stop, only the next frame is due.
    this.#dueMs = Math.max(this.#dueMs + delayMs, nowMs)
    this.#timer = setTimeout(() => void this.#take(1), this.#dueMs - nowMs)
  }

  async #take(step: 1 | -1): Promise<void> {
    if (this.#isTaking) {
      this.#wanted = step
      return
    }
    this.#isTaking = true
    try {
      const frame = await this.#feed.next(this.#scope(), step)
      this.#failure = undefined
      if (frame !== undefined) this.#frame = frame
    } catch (error) {
      // The last frame stays on the screen. The host may be readable again later.
      this.#failure = `cannot read this host: ${errorText(error).split('\n')[0]}`
    } finally {
      this.#isTaking = false
    }
    this.#draw()
    const wanted = this.#wanted
    this.#wanted = undefined
    if (wanted === undefined) this.#schedule()
    else await this.#take(wanted)
  }

  #draw(): void {
    if (this.#frame === undefined) return
    const { columns, rows } = this.#terminal.size
    const { lines, shown } = render({
      frame: this.#frame,
      state: this.#state,
      size: { columns, rows },
      painter: this.#painter,
      pace: this.#feed.describe(this.#state),
      message: this.#failure ?? this.#feed.message,
    })
    this.#shown = shown
    this.#canvas.draw(lines, rows)
  }
}
