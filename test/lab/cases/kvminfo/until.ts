// Waits for what comes by itself, but not for ever.

import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'

// The machine is emulated, and the one that emulates it may be busy.
const deadlineMs = 120_000

/** `everyMs` is more where looking costs: it takes the emulated CPU from what is looked at. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  everyMs = 20,
): Promise<void> {
  const end = performance.now() + deadlineMs
  while (!(await holds())) {
    assert.ok(performance.now() < end, `not within ${deadlineMs / 1000} s: ${what}`)
    await setTimeout(everyMs)
  }
}
