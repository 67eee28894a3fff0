// Runs promtool and amtool, as Debian packages them, and bash.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const root = new URL('../../', import.meta.url).pathname

export interface Verdict {
  readonly ok: boolean
  /** What the tool printed on stdout and stderr. */
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
    // Without an exit status the tool did not run (it may be missing), so there is no verdict.
    if (typeof code !== 'number') throw error
    return { ok: false, output: stdout + stderr }
  }
}
