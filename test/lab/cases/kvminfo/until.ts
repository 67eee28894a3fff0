// Waits for what comes by itself, but not for ever.

import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'

// The machine is emulated, and the one that emulates it may be busy.
const patienceSeconds = 120

/**
 * `everyMs` is more where looking costs: it takes the emulated CPU from what is looked at. `seconds` is more where
 * something must have been so for long.
 */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  everyMs = 20,
  seconds = patienceSeconds,
): Promise<void> {
  const end = performance.now() + seconds * 1000
  while (!(await holds())) {
    assert.ok(performance.now() < end, `not within ${seconds} s: ${what}`)
    await setTimeout(everyMs)
  }
}
