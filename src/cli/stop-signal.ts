// Waits for the signal to stop. The handlers stay installed after the first signal, because execa also has a handler
// while a child process runs, and that handler ends this process if nobody else handles the signal. A second signal ends
// the process.

const stopSignals = ['SIGTERM', 'SIGINT'] as const
type StopSignal = (typeof stopSignals)[number]

/** Resolves to the first signal that asks the program to stop. */
export function stopSignal(): Promise<StopSignal> {
  return new Promise((resolve) => {
    let isStopping = false
    const onSignal = (signal: StopSignal): void => {
      if (isStopping) terminateBy(signal)
      isStopping = true
      resolve(signal)
    }
    for (const name of stopSignals) process.on(name, onSignal)
  })
}

/** Through the default action, so that the parent process sees which signal it was. */
function terminateBy(signal: StopSignal): void {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
