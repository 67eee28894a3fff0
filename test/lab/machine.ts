// One emulated KVM host: starts its emulator, reads what it writes, and waits for the verdict, a timeout or an
// interruption.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as after } from 'node:timers/promises'
import { type Ending, type Outcome, readVerdict } from './verdict.ts'

/** A program that emulates a machine, and the way in which the machine's output and verdict arrive. */
export interface Emulator {
  command: readonly [string, ...string[]]
  /** How long the machine may take to reach FILE, on a busy host. */
  bootTimeoutSeconds: number
  /** Called before the emulator starts. */
  listen(onOutput: (chunk: Buffer) => void, onVerdict: (chunk: Buffer) => void): Promise<Listening>
}

interface Listening {
  /** Delivers what is still on its way. Called after the emulator ended. */
  drain(): Promise<void>
  close(): void
}

export interface Watch {
  timeoutSeconds: number
  terminal: boolean
  signal: AbortSignal
  onOutput: (chunk: Buffer) => void
  onStarted: () => void
}

export async function runMachine(emulator: Emulator, watch: Watch): Promise<Outcome> {
  let received = 0
  let verdictText = ''
  const settled = Promise.withResolvers<'verdict'>()
  const started = Promise.withResolvers<'started'>()
  const check = (): void => {
    const verdict = readVerdict(verdictText)
    if (verdict.started) started.resolve('started')
    if (verdict.failed || (verdict.end && received >= verdict.end.bytes)) settled.resolve('verdict')
  }
  const listening = await emulator.listen(
    (chunk) => {
      received += chunk.length
      watch.onOutput(chunk)
      check()
    },
    (chunk) => {
      verdictText += chunk.toString()
      check()
    },
  )

  const stdio = watch.terminal ? 'inherit' : 'ignore'
  const machine = spawn(emulator.command[0], emulator.command.slice(1), { stdio: [stdio, stdio, 'pipe'] })
  let stderr = ''
  machine.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const done = new AbortController()
  const gone = once(machine, 'close').then(async (): Promise<Ending> => {
    await listening.drain()
    return 'machine ended'
  })
  const interrupted = new Promise<Ending>((resolve) => {
    if (watch.signal.aborted) resolve('interrupted')
    watch.signal.addEventListener('abort', () => resolve('interrupted'), { signal: done.signal })
  })
  const late = (seconds: number, ending: Ending): Promise<Ending> =>
    after(seconds * 1000, ending, { signal: done.signal }).catch((): Ending => ending)
  try {
    const common = [settled.promise, gone, interrupted]
    let ending = await Promise.race([
      started.promise,
      ...common,
      late(emulator.bootTimeoutSeconds, 'boot timeout'),
    ])
    if (ending === 'started') {
      watch.onStarted()
      ending = await Promise.race([...common, late(watch.timeoutSeconds, 'timeout')])
    }
    return { ending, verdict: readVerdict(verdictText), stderr }
  } finally {
    done.abort()
    // Killed and not shut down, because nothing in the machine outlives the run.
    if (machine.exitCode === null && machine.signalCode === null) machine.kill('SIGKILL')
    await gone
    listening.close()
  }
}
