// CPU time never falls because the kernel corrects a guess, and does fall when the kernel resets it.
import { describe, expect, it } from 'vitest'
import { RisingCpuTime } from '../../../../src/sources/cpustat/rising-cpu-time.ts'

type Seconds = Readonly<Record<string, number>>

function host() {
  const rising = new RisingCpuTime()
  /** The CPU times that are shown, given those of each CPU in /proc/stat. */
  return (...read: (Seconds | undefined)[]) =>
    rising
      .of(
        read.flatMap((seconds, cpu) =>
          seconds === undefined ? [] : [{ cpu, seconds: new Map(Object.entries(seconds)) }],
        ),
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
