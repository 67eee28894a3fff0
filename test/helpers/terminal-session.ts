// A real terminal, by tmux, with a program in it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './kvminfo-process.ts'

export interface TerminalOptions {
  readonly columns?: number
  readonly rows?: number
  readonly environment?: Readonly<Record<string, string>>
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

export class TerminalSession {
  readonly #directory = mkdtempSync(join(tmpdir(), 'kvminfo-terminal-'))
  readonly #isUtf8: boolean

  /**
   * Runs `command` in an interactive shell, so that it can be stopped and continued as a job. When it has ended, the shell
   * prints `ended with <code>` and the mode of the terminal.
   */
  constructor(
    command: readonly string[],
    { columns = 140, rows = 40, environment = {} }: TerminalOptions = {},
  ) {
    const script = join(this.#directory, 'run')
    const all = { LC_ALL: 'C.UTF-8', ...environment }
    this.#isUtf8 = /utf-8/i.test(all.LC_ALL)
    const variables = Object.entries(all).map(([name, value]) => `export ${name}=${quoted(value)}`)
    const ended = "echo ended with $?, $(stty -a | grep -oE -- '-?(icanon|echo)\\b' | tr '\\n' ' ')"
    writeFileSync(
      script,
      `PS1='prompt> '\n${variables.join('\n')}\nrun() { ${command.map(quoted).join(' ')}; ${ended}; }\n`,
    )
    const size = ['-x', String(columns), '-y', String(rows)]
    this.#tmux('-f', '/dev/null', 'new-session', '-d', ...size, `bash --rcfile ${script} -i`)
    this.type('run\n')
  }

  /** What the screen shows, a line for each row, with blanks at the ends of lines removed. */
  get screen(): string {
    return this.#tmux('capture-pane', '-p')
  }

  /** The same with escape sequences for colours. */
  get colouredScreen(): string {
    return this.#tmux('capture-pane', '-p', '-e')
  }

  /** Names as tmux has them: `Up`, `Enter`, `C-z`. */
  keys(...names: readonly string[]): void {
    this.#tmux('send-keys', ...names)
  }

  type(text: string): void {
    for (const part of text.split(/(\n)/)) {
      if (part === '\n') this.keys('Enter')
      else if (part !== '') this.#tmux('send-keys', '-l', part)
    }
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** The process ID of the program, found by a part of its command line. */
  pidOf(part: string): number {
    const shell = this.#tmux('display-message', '-p', '#{pane_pid}').trim()
    const children = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')
    const pid = children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(part))
    if (pid === undefined) throw new Error(`no child of ${shell} has '${part}' in its command line`)
    return Number(pid)
  }

  /** Waits until the screen contains `what`, and returns it. */
  shows(what: string | RegExp): Promise<string> {
    let last = ''
    return eventually(`the screen shows ${what}`, () => {
      last = this.screen
      return (typeof what === 'string' ? last.includes(what) : what.test(last)) ? last : undefined
    }).catch((error: Error) => {
      throw new Error(`${error.message}; it shows:\n${last}`)
    })
  }

  close(): void {
    this.#tmux('kill-server')
    rmSync(this.#directory, { recursive: true, force: true })
  }

  #tmux(...args: readonly string[]): string {
    const utf8 = this.#isUtf8 ? ['-u'] : []
    const { stdout, stderr, status } = spawnSync(
      'tmux',
      [...utf8, '-S', join(this.#directory, 'socket'), ...args],
      { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8', TMUX: '' } },
    )
    if (status !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`)
    return stdout
  }
}
