// Prints each step before taking it, with the command that a person would type for it.
import { spawnSync } from 'node:child_process'

/** Ends the program with its message and without a stack trace. */
export class StepError extends Error {}

export function say(text: string): void {
  console.log(`==> ${text}`)
}

/** Runs a program and shows its output. Throws a StepError if it fails. */
export function run(file: string, ...args: string[]): void {
  console.log(`    ${[file, ...args].join(' ')}`)
  const { status, signal, error } = spawnSync(file, args, { stdio: 'inherit' })
  if (error !== undefined) throw new StepError(`cannot run ${file}: ${error.message}`)
  if (status !== 0)
    throw new StepError(`${file} failed (${signal ?? `exit code ${status}`}); its output is above`)
}

/** Returns what a program prints on stdout. Throws a StepError if it fails. */
export function outputOf(file: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8' })
  if (error !== undefined) throw new StepError(`cannot run ${file}: ${error.message}`)
  if (status !== 0) throw new StepError(`${file} ${args.join(' ')} failed: ${stderr.trim()}`)
  return stdout
}

/** Runs `work`. If a step fails, prints why and sets exit code 1. */
export function main(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
