// One emulated KVM host: starts QEMU, listens on its ports, and waits for the verdict, a timeout or an interruption.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import { portSocket } from './qemu.ts'
import { type Ending, type Outcome, readVerdict } from './verdict.ts'

/** The machine reaches FILE in 10 s on two idle cores; the limit allows for a busy host. */
const bootTimeoutSeconds = 120

/**
 * QEMU occasionally loses an interrupt. When it emulates VMRUN and #VMEXIT, it sets and clears one bit of the CPU's
 * pending requests without the lock and not atomically, so it can undo what another thread has just added to them
 * (7.2; CPU_INTERRUPT_VIRQ in svm_helper.c). After a lost timer tick there is no other, because Linux arms its timer
 * again only when it gets a tick, and with one CPU the machine stands still. Any later interrupt also delivers what is
 * pending. The lab therefore sends the machine one this often.
 */
const pulseMs = 250

export interface Watch {
  runDirectory: string
  timeoutSeconds: number
  terminal: boolean
  signal: AbortSignal
  onOutput: (chunk: Buffer) => void
  onStarted: () => void
}

export async function runMachine(qemuArguments: readonly string[], watch: Watch): Promise<Outcome> {
  let received = 0
  let verdictText = ''
  const settled = Promise.withResolvers<'verdict'>()
  const started = Promise.withResolvers<'started'>()
  const check = (): void => {
    const verdict = readVerdict(verdictText)
    if (verdict.started) started.resolve('started')
    if (verdict.failed || (verdict.end && received >= verdict.end.bytes)) settled.resolve('verdict')
  }
  const closeOutput = await listen(portSocket(watch.runDirectory, 'output'), (socket) => {
    socket.on('data', (chunk) => {
      received += chunk.length
      watch.onOutput(chunk)
      check()
    })
  })
  const closeVerdict = await listen(portSocket(watch.runDirectory, 'verdict'), (socket) => {
    socket.on('data', (chunk) => {
      verdictText += chunk.toString()
      check()
    })
  })
  const closePulse = await listen(portSocket(watch.runDirectory, 'pulse'), (socket) => {
    const pulse = setInterval(() => socket.write('.'), pulseMs)
    socket.on('close', () => clearInterval(pulse))
  })

  const qemu = startQemu(qemuArguments, watch.terminal)
  let stderr = ''
  qemu.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const done = new AbortController()
  const gone = once(qemu, 'close').then((): Ending => 'machine ended')
  const interrupted = new Promise<Ending>((resolve) => {
    if (watch.signal.aborted) resolve('interrupted')
    watch.signal.addEventListener('abort', () => resolve('interrupted'), { signal: done.signal })
  })
  const late = (seconds: number, ending: Ending): Promise<Ending> =>
    after(seconds * 1000, ending, { signal: done.signal }).catch((): Ending => ending)
  try {
    const common = [settled.promise, gone, interrupted]
    let ending = await Promise.race([started.promise, ...common, late(bootTimeoutSeconds, 'boot timeout')])
    if (ending === 'started') {
      watch.onStarted()
      ending = await Promise.race([...common, late(watch.timeoutSeconds, 'timeout')])
    }
    return { ending, verdict: readVerdict(verdictText), stderr }
  } finally {
    done.abort()
    // Killed and not shut down, because nothing in the machine outlives the run.
    if (qemu.exitCode === null && qemu.signalCode === null) qemu.kill('SIGKILL')
    await gone
    closeOutput()
    closeVerdict()
    closePulse()
  }
}

function startQemu(qemuArguments: readonly string[], terminal: boolean): ChildProcess {
  const stdio = terminal ? 'inherit' : 'ignore'
  // With setpriv, QEMU dies with this process, even if this process is killed.
  return spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', ...qemuArguments], {
    stdio: [stdio, stdio, 'pipe'],
  })
}

/** Listens before QEMU connects, so that no byte is lost. Returns a function that stops listening. */
async function listen(path: string, onConnected: (socket: Socket) => void): Promise<() => void> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    onConnected(socket)
  })
  server.listen(path)
  await once(server, 'listening')
  return () => server.close()
}
