import { expect, test, vi } from 'vitest'
import { pingWatchdog } from '../../../src/cli/service-manager.ts'

test('pings twice per period, but not while a scrape is stuck', () => {
  vi.useFakeTimers()
  try {
    const states: string[] = []
    let isWell = true
    const stop = pingWatchdog({ notify: (state) => states.push(state), watchdogMs: 1_000 }, () => isWell)
    vi.advanceTimersByTime(2_000)
    expect(states).toEqual(Array(4).fill('WATCHDOG=1'))
    isWell = false
    vi.advanceTimersByTime(2_000)
    expect(states).toHaveLength(4)
    isWell = true
    vi.advanceTimersByTime(500)
    expect(states).toHaveLength(5)
    stop()
    vi.advanceTimersByTime(2_000)
    expect(states).toHaveLength(5)
  } finally {
    vi.useRealTimers()
  }
})

test('starts no timer without a watchdog', () => {
  vi.useFakeTimers()
  try {
    pingWatchdog({ notify() {}, watchdogMs: undefined }, () => true)
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})
