// Waits for what a guest does in its own time.

/** Looks every `pollMs` milliseconds, and a last time after `ms`. Rejects if `holds` does. */
export async function holdsWithin(
  ms: number,
  pollMs: number,
  holds: () => Promise<boolean>,
): Promise<boolean> {
  for (const end = performance.now() + ms; ; ) {
    if (await holds()) return true
    if (performance.now() >= end) return false
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
