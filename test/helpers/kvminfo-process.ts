// Runs the real program as a process, as an operator would.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface Finished {
  /** Undefined if a signal ended the process. */
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly stdout: string
  readonly stderr: string
}

/** The command line of the program, for a test that starts it through another program. */
export function kvminfoCommand(...args: string[]): [string, ...string[]] {
  return [process.execPath, main, ...args]
}

/** Calls `check` every few milliseconds until it returns a value other than undefined. Rejects after the deadline. */
export async function eventually<Value>(
  what: string,
  check: () => Promise<Value | undefined> | Value | undefined,
  deadlineMs = 60_000,
): Promise<Value> {
  const endMs = Date.now() + deadlineMs
  for (;;) {
    const value = await check()
    if (value !== undefined) return value
    if (Date.now() > endMs) throw new Error(`did not happen within ${deadlineMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export class RunningProcess {
  readonly child: ChildProcess
  readonly #closed: Promise<unknown>
  stdout = ''
  stderr = ''

  constructor(command: readonly [string, ...string[]], environment: NodeJS.ProcessEnv = {}) {
    const [file, ...args] = command
    this.child = spawn(file, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.#closed = once(this.child, 'close')
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** Waits until `count` lines of the log contain `text`, and returns them. */
  async logged(text: string, count = 1): Promise<string[]> {
    return eventually(`log line '${text}' in:\n${this.stderr}`, () => {
      const lines = this.stderr.split('\n').filter((line) => line.includes(text))
      if (lines.length >= count) return lines
      if (!this.isRunning) throw new Error(`the process ended before it logged '${text}':\n${this.stderr}`)
      return undefined
    })
  }

  async finished(): Promise<Finished> {
    await this.#closed
    return {
      code: this.child.exitCode ?? undefined,
      signal: this.child.signalCode ?? undefined,
      stdout: this.stdout,
      stderr: this.stderr,
    }
  }

  /** Stops it gracefully with SIGTERM, as systemd does. */
  async stop(): Promise<Finished> {
    if (this.isRunning) this.child.kill('SIGTERM')
    return this.finished()
  }
}

export function runKvminfo(...args: string[]): Promise<Finished> {
  return new RunningProcess(kvminfoCommand(...args)).finished()
}

/** Starts `kvminfo serve`, by default on a port that the system chooses. Returns it with the URLs it listens on. */
export async function startServe(
  args: readonly string[] = [],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ readonly serve: RunningProcess; readonly urls: string[] }> {
  const addresses = args.some((arg) => arg.startsWith('--web.listen-address'))
    ? []
    : ['--web.listen-address=127.0.0.1:0']
  const serve = new RunningProcess(kvminfoCommand('serve', ...addresses, ...args), environment)
  const count = addresses.length + args.filter((arg) => arg.startsWith('--web.listen-address')).length
  try {
    const lines = await serve.logged('msg=listening', count)
    return { serve, urls: lines.map((line) => /url=(\S+)/.exec(line)![1]!) }
  } catch (error) {
    await serve.stop()
    throw error
  }
}
