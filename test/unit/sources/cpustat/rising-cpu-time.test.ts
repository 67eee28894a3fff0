// CPU time never falls by the kernel's guesses, and does fall where it starts anew.
import { describe, expect, it } from 'vitest'
import { RisingCpuTime } from '../../../../src/sources/cpustat/rising-cpu-time.ts'

type Seconds = Readonly<Record<string, number>>

function host() {
  const rising = new RisingCpuTime()
  /** What is shown of CPUs, given what /proc/stat says of each. */
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
  it('stays where it was while a mode steps back, on its CPU and in its mode alone', () => {
    const shown = host()
    shown({ user: 1, idle: 100, iowait: 50 }, { user: 1, idle: 20, iowait: 9 })
    // An hour of iowait may turn out to have been idleness: its step says nothing, however large.
    expect(shown({ user: 2, idle: 97.01, iowait: 5 }, { user: 3, idle: 21, iowait: 9.5 })).toEqual([
      [0, { user: 2, idle: 100, iowait: 50 }],
      [1, { user: 3, idle: 21, iowait: 9.5 }],
    ])
    expect(shown({ user: 3, idle: 101, iowait: 50.5 })).toEqual([[0, { user: 3, idle: 101, iowait: 50.5 }]])
  })

  it('starts anew with a CPU whose idle time does', () => {
    const shown = host()
    shown({ user: 5, idle: 100, iowait: 50 })
    expect(shown({ user: 4, idle: 97, iowait: 1 })).toEqual([[0, { user: 4, idle: 97, iowait: 1 }]])
    expect(shown({ user: 4, idle: 96, iowait: 1 })).toEqual([[0, { user: 4, idle: 97, iowait: 1 }]])
  })

  it('is forgotten with a CPU that goes', () => {
    const shown = host()
    shown({ idle: 100 }, { idle: 2 })
    shown({ idle: 101 })
    expect(shown({ idle: 102 }, { idle: 1 })).toEqual([
      [0, { idle: 102 }],
      [1, { idle: 1 }],
    ])
  })
})
