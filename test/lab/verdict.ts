// Reads what the machine writes to its verdict port, and turns the end of a run into an exit code and a reason.

import { exitCodes } from './exit-codes.ts'

export interface Verdict {
  started: boolean
  /** Lines in dmesg that a healthy kernel does not write. */
  complaints: string[]
  /** FILE's exit code and the number of bytes that it wrote. */
  end?: { code: number; bytes: number }
  /** The step that failed before or after FILE. */
  failed?: string
}

/** Why the lab stopped waiting. */
export type Ending = 'verdict' | 'machine ended' | 'boot timeout' | 'timeout' | 'interrupted'

export function readVerdict(text: string): Verdict {
  const verdict: Verdict = { started: false, complaints: [] }
  // Without the last element, which is an incomplete line.
  for (const line of text.split('\n').slice(0, -1)) {
    const [word] = line.split(' ', 1)
    const rest = line.slice((word?.length ?? 0) + 1)
    if (word === 'started') verdict.started = true
    if (word === 'complaint') verdict.complaints.push(rest)
    if (word === 'failed') verdict.failed = rest
    const end = /^end (\d+) (\d+)$/.exec(line)
    if (end) verdict.end = { code: Number(end[1]), bytes: Number(end[2]) }
  }
  return verdict
}

/** How a run of the machine ended. */
export interface Outcome {
  ending: Ending
  verdict: Verdict
  /** What the emulator itself wrote to stderr. */
  stderr: string
}

/** The exit code of the run and, if it is not 0, the reason. */
export function conclude(outcome: Outcome, console: string): { code: number; reason?: string } {
  const { end, complaints, failed } = outcome.verdict
  if (end && complaints.length > 0) {
    const reason = `dmesg has ${complaints.length} lines that report kernel problems:\n${complaints.join('\n')}`
    return { code: end.code || exitCodes.complaint, reason }
  }
  if (end) return end.code === 0 ? { code: 0 } : { code: end.code, reason: `FILE exited with ${end.code}` }
  const panic = /Kernel panic - not syncing: (.*?)\r?$/m.exec(console)
  if (panic) return { code: exitCodes.panic, reason: `the kernel panicked: ${panic[1]}` }
  if (failed !== undefined) return { code: exitCodes.setup, reason: `the machine failed while ${failed}` }
  return endings[outcome.ending](outcome.stderr.trim())
}

/** Exit code and reason if there is no verdict. */
const endings: Record<Ending, (stderr: string) => { code: number; reason: string }> = {
  verdict: () => ({ code: exitCodes.silence, reason: "the machine's result was cut off" }),
  'machine ended': (stderr) => ({
    code: exitCodes.silence,
    reason: `the machine ended without reporting a result${stderr && `; the emulator printed: ${stderr}`}`,
  }),
  'boot timeout': () => ({ code: exitCodes.setup, reason: 'the machine did not boot in time to run FILE' }),
  timeout: () => ({ code: exitCodes.timeout, reason: 'FILE took longer than --timeout' }),
  interrupted: () => ({ code: exitCodes.lab, reason: 'interrupted' }),
}
