// Waits until something happens, but not forever.

import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'

// This long, because the machine is emulated and its host may be busy.
const patienceSeconds = 120

/**
 * Calls `holds` every `everyMs` milliseconds until it is true. Fails after `seconds`, naming `what`.
 * Use a longer `everyMs` if the check is expensive, because it takes the emulated CPU from what it checks.
 */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  everyMs = 20,
  seconds = patienceSeconds,
): Promise<void> {
  const end = performance.now() + seconds * 1000
  while (!(await holds())) {
    assert.ok(performance.now() < end, `did not happen within ${seconds} s: ${what}`)
    await setTimeout(everyMs)
  }
}
