// The terminal: switches it to a screen of our own and back, whatever ends the program.
import { writeSync } from 'node:fs'
import { emitKeypressEvents } from 'node:readline'
import { KvminfoError } from '../../errors.ts'

/** The alternate screen, no cursor, no wrapping at the end of a line. */
const enterScreen = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J'
const leaveScreen = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l'

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

export interface Size {
  readonly columns: number
  readonly rows: number
}

interface TerminalEvents {
  /** `name` as of node:readline: `a`, `A`, `up`, `return`, `escape`; `^c` with Ctrl; a character by itself. */
  key(name: string): void
  /** The screen must be drawn again: its size has changed, or the program continues after a stop. */
  redraw(): void
  /** The program must end: by a signal, or because the terminal is gone. */
  stop(): void
}

export class Terminal {
  readonly #input: typeof process.stdin
  readonly #output: typeof process.stdout
  readonly #events: TerminalEvents
  #isEntered = false
  /** What to do when the terminal is closed, in order. */
  readonly #undo: (() => void)[] = []

  /** Throws CONFIG_INVALID if there is no terminal that can show a screen. */
  constructor(input: typeof process.stdin, output: typeof process.stdout, events: TerminalEvents) {
    if (!input.isTTY || !output.isTTY || process.env.TERM === 'dumb') {
      throw new KvminfoError(
        'CONFIG_INVALID',
        'the monitor needs a terminal, and this is none: use --once, --count, --json or --csv to print figures instead',
      )
    }
    this.#input = input
    this.#output = output
    this.#events = events
  }

  get size(): Size {
    // A serial line can report 0.
    return { columns: this.#output.columns || 80, rows: this.#output.rows || 24 }
  }

  open(): void {
    const { stop, redraw, key } = this.#events
    for (const name of stopSignals) this.#listen(process, name, stop)
    this.#listen(process, 'SIGTSTP', () => this.suspend())
    this.#listen(process, 'SIGCONT', () => this.#resume())
    // However the process ends, also by an error that nobody catches, whose text belongs on the normal screen.
    this.#listen(process, 'exit', () => this.#leave())
    this.#listen(process, 'uncaughtExceptionMonitor', () => this.#leave())
    this.#listen(this.#output, 'resize', redraw)
    this.#listen(this.#output, 'error', stop)
    this.#listen(this.#input, 'error', stop)
    this.#listen(this.#input, 'end', stop)
    emitKeypressEvents(this.#input)
    this.#listen(this.#input, 'keypress', (text: string | undefined, pressed: Keypress) => {
      const name = keyName(text, pressed)
      if (name !== undefined) key(name)
    })
    this.#enter()
    this.#input.resume()
  }

  close(): void {
    for (const undo of this.#undo.splice(0)) undo()
    this.#leave()
    this.#input.pause()
  }

  write(text: string): void {
    this.#output.write(text)
  }

  /** Ctrl-Z: gives the terminal back to the shell until SIGCONT. */
  suspend(): void {
    this.#leave()
    const listeners = process.listeners('SIGTSTP')
    process.removeAllListeners('SIGTSTP')
    // The whole job, as the terminal itself would do.
    process.kill(0, 'SIGTSTP')
    for (const listener of listeners) process.on('SIGTSTP', listener)
    // Also if the signal did not stop the program, because no shell could continue it.
    setImmediate(() => this.#resume())
  }

  #resume(): void {
    // Another program may have changed the terminal's mode meanwhile.
    this.#isEntered = false
    this.#enter()
    this.#events.redraw()
  }

  #enter(): void {
    if (this.#isEntered) return
    this.#isEntered = true
    this.#input.setRawMode(false)
    this.#input.setRawMode(true)
    this.#output.write(enterScreen)
  }

  #leave(): void {
    if (!this.#isEntered) return
    this.#isEntered = false
    try {
      this.#input.setRawMode(false)
      writeSync(this.#output.fd, leaveScreen)
    } catch {
      // The terminal is gone.
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: the arguments differ from event to event
  #listen(emitter: NodeJS.EventEmitter, name: string, listener: (...args: any[]) => void): void {
    emitter.on(name, listener)
    this.#undo.push(() => emitter.off(name, listener))
  }
}

interface Keypress {
  readonly name?: string | undefined
  readonly ctrl: boolean
  readonly meta: boolean
  readonly sequence: string
}

function keyName(text: string | undefined, { name, ctrl, meta, sequence }: Keypress): string | undefined {
  if (ctrl) return name === undefined ? undefined : `^${name}`
  if (meta && name !== 'escape') return undefined
  // readline gives letters in lower case, and most other characters no name.
  if (text !== undefined && text >= ' ' && text !== '\x7f' && [...sequence].length === 1) return text
  return name
}
