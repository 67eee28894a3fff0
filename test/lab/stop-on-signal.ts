// Ctrl-C for the lab and the demo. The first signal asks the work to stop: it ends its machine and removes its files.
// A second one ends the program at once.

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Under `npm run`, one Ctrl-C arrives twice: from the terminal, and forwarded by npm. Signals that follow the first one
 * this closely therefore do not count.
 */
const sameCtrlCMs = 1000

/**
 * Aborts when the first signal arrives. After a second one the program says so, as `program`, and exits with `exitCode`.
 * The children of execa get SIGTERM then, and each QEMU dies with the program (setpriv in machine.ts).
 *
 * The handlers stay for good: execa has a handler too while it runs a child, and that handler kills this process if it
 * finds itself alone.
 */
export function stopOnSignal(program: string, exitCode: number): AbortSignal {
  const stop = new AbortController()
  let firstMs = 0
  const onSignal = (name: NodeJS.Signals): void => {
    if (!stop.signal.aborted) {
      firstMs = performance.now()
      stop.abort()
    } else if (performance.now() - firstMs >= sameCtrlCMs) {
      console.error(`${program}: a second signal, ${name}: ended at once; temporary files may be left`)
      process.exit(exitCode)
    }
  }
  for (const name of stopSignals) process.on(name, onSignal)
  return stop.signal
}
