// Waits to be told to stop. The handlers go with the first signal, so that a second one ends the process at once.

const stopSignals = ['SIGTERM', 'SIGINT'] as const
type StopSignal = (typeof stopSignals)[number]

export function stopSignal(): Promise<StopSignal> {
  return new Promise((resolve) => {
    const onSignal = (signal: StopSignal): void => {
      for (const name of stopSignals) process.off(name, onSignal)
      resolve(signal)
    }
    for (const name of stopSignals) process.on(name, onSignal)
  })
}
