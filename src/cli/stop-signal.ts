// Waits to be told to stop. The handlers stay after the first signal: while a program of ours runs, execa has one too,
// which takes a signal that nobody else handles for the end of this process. A second signal is that end.

const stopSignals = ['SIGTERM', 'SIGINT'] as const
type StopSignal = (typeof stopSignals)[number]

export function stopSignal(): Promise<StopSignal> {
  return new Promise((resolve) => {
    let told = false
    const onSignal = (signal: StopSignal): void => {
      if (told) endBy(signal)
      told = true
      resolve(signal)
    }
    for (const name of stopSignals) process.on(name, onSignal)
  })
}

function endBy(signal: StopSignal): void {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
