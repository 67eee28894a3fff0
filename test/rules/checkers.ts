// Runs the checkers that come with Prometheus and Alertmanager, as Debian packages them.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const root = new URL('../../', import.meta.url).pathname

export interface Verdict {
  readonly ok: boolean
  /** What the tool printed, both streams. */
  readonly output: string
}

export async function check(
  program: 'promtool' | 'amtool' | 'bash',
  ...args: readonly string[]
): Promise<Verdict> {
  try {
    const { stdout, stderr } = await run(program, args)
    return { ok: true, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
    // A tool that was not found has no exit status and is no verdict.
    if (typeof code !== 'number') throw error
    return { ok: false, output: stdout + stderr }
  }
}
