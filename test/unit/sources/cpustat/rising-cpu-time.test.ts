// CPU time never falls because the kernel corrects a guess, and does fall when the kernel resets it.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RisingCpuTime } from '../../../../src/sources/cpustat/rising-cpu-time.ts'

type Seconds = Readonly<Record<string, number>>

function host(now?: () => number, uptimeSeconds?: number) {
  const rising = new RisingCpuTime(now)
  /** The CPU times that are shown, given those of each CPU in /proc/stat. */
  return (...read: (Seconds | undefined)[]) =>
    rising
      .of(
        read.flatMap((seconds, cpu) =>
          seconds === undefined ? [] : [{ cpu, seconds: new Map(Object.entries(seconds)) }],
        ),
        uptimeSeconds,
      )
      .map(({ cpu, seconds }) => [cpu, Object.fromEntries(seconds)])
}

describe('CPU time', () => {
  it('keeps its value when a mode falls, only for that CPU and that mode', () => {
    const shown = host()
    shown({ user: 1, idle: 100, iowait: 50 }, { user: 1, idle: 20, iowait: 9 })
    // An hour of iowait may turn out to have been idle time: a fall of iowait, however large, is not a reset.
    expect(shown({ user: 2, idle: 97.01, iowait: 5 }, { user: 3, idle: 21, iowait: 9.5 })).toEqual([
      [0, { user: 2, idle: 100, iowait: 50 }],
      [1, { user: 3, idle: 21, iowait: 9.5 }],
    ])
    expect(shown({ user: 3, idle: 101, iowait: 50.5 })).toEqual([[0, { user: 3, idle: 101, iowait: 50.5 }]])
  })

  it('restarts with a CPU whose idle time restarts', () => {
    const shown = host()
    shown({ user: 5, idle: 100, iowait: 50 })
    expect(shown({ user: 4, idle: 97, iowait: 1 })).toEqual([[0, { user: 4, idle: 97, iowait: 1 }]])
    expect(shown({ user: 4, idle: 96, iowait: 1 })).toEqual([[0, { user: 4, idle: 97, iowait: 1 }]])
  })

  it('is forgotten when its CPU goes offline', () => {
    const shown = host()
    shown({ idle: 100 }, { idle: 2 })
    shown({ idle: 101 })
    expect(shown({ idle: 102 }, { idle: 1 })).toEqual([
      [0, { idle: 102 }],
      [1, { idle: 1 }],
    ])
  })
})

describe('a reading that cannot be true', () => {
  // 2^64 ticks, 2^64 µs and 2^64 ns: counters that wrapped below 0 (node_exporter#742 and #1686).
  it.each([184_467_440_737_095_520, 18_446_744_073_709, 18_446_744_073])('of %d s is not kept', (wrapped) => {
    for (const mode of ['iowait', 'steal', 'user', 'guest', 'idle']) {
      const shown = host()
      shown({ [mode]: 5 })
      expect(shown({ [mode]: wrapped })).toEqual([[0, { [mode]: 5 }]])
      expect(shown({ [mode]: wrapped })).toEqual([[0, { [mode]: 5 }]])
      expect(shown({ [mode]: 5.1 })).toEqual([[0, { [mode]: 5.1 }]])
    }
  })

  it('leaves the mode out if it is the first', () => {
    const shown = host()
    expect(shown({ user: 1, steal: 1.8e17 })).toEqual([[0, { user: 1 }]])
    expect(shown({ user: 1, steal: 0 })).toEqual([[0, { user: 1, steal: 0 }]])
  })

  it('is one above the time since the host booted', () => {
    const shown = host(undefined, 3600)
    shown({ idle: 100 })
    expect(shown({ idle: 10_000 })).toEqual([[0, { idle: 100 }]])
    expect(shown({ idle: 10_000 })).toEqual([[0, { idle: 100 }]])
  })

  it('is one that rises faster than time passes, unless the next reading confirms it', () => {
    let nowMs = 0
    const shown = host(() => nowMs)
    shown({ iowait: 5 })
    nowMs = 15_000
    expect(shown({ iowait: 5_000 })).toEqual([[0, { iowait: 5 }]])
    nowMs = 30_000
    expect(shown({ iowait: 5.1 })).toEqual([[0, { iowait: 5.1 }]])
    nowMs = 45_000
    expect(shown({ iowait: 5_000 })).toEqual([[0, { iowait: 5.1 }]])
    nowMs = 60_000
    expect(shown({ iowait: 5_001 })).toEqual([[0, { iowait: 5_001 }]])
  })

  it('is no reading after a pause of the exporter', () => {
    let nowMs = 0
    const shown = host(() => nowMs)
    shown({ idle: 5 })
    nowMs = 3_600_000
    expect(shown({ idle: 3_605 })).toEqual([[0, { idle: 3_605 }]])
  })
})

it.each([
  ['cpu-iowait-wrap', 5.2],
  ['cpu-iowait-jitter', 5_482.82],
])('shows of the readings of %s at last an iowait of %d s', (file, iowait) => {
  const path = new URL(`../../../fixtures/public-inputs/cpu-time/${file}.json`, import.meta.url)
  const shown = host()
  const readings = JSON.parse(readFileSync(path, 'utf8')) as Seconds[]
  expect(readings.map((reading) => shown(reading)).at(-1)).toMatchObject([[0, { iowait }]])
})
