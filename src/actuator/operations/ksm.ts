// Kernel same-page merging: whether it runs, and how fast it scans.
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import { leavesReserve, memoryReserve } from '../../policy/memory-reserve.ts'
import { chosenWord } from '../../sources/chosen-word.ts'
import { hostMemory } from '../../sources/meminfo/available.ts'
import type { KsmPaceOperation, KsmRunOperation } from '../protocol.ts'
import { readNumber, readWord, writeSlowValue, writeValue } from './kernel-file.ts'
import type { OperationKit } from './operation.ts'

const pageBytes = 4096

/** ksmtuned's own highest pace: so many pages each 10 ms. */
const most = { pagesToScan: 1_250, sleepMs: 10 } as const

const isRun = (value: number): value is 0 | 1 | 2 => value === 0 || value === 1 || value === 2

export function ksmRun(procfs: string, sysfs: string): OperationKit<KsmRunOperation> {
  const path = (name: string) => join(sysfs, 'kernel/mm/ksm', name)
  return {
    knob: () => 'ksm run',
    encode: String,
    decode(text) {
      const value = Number(text)
      return /^\d$/.test(text) && isRun(value) ? value : undefined
    },
    problem: () => undefined,
    excess: ({ to }) =>
      to === 2 ? 'run 2 unmerges all pages, which only a person may ask the kernel for' : undefined,
    needsLease: () => false,
    read() {
      const value = readNumber(path('run'))
      if (!isRun(value)) throw new KvminfoError('SOURCE_MALFORMED', `${path('run')} contains ${value}`)
      return value
    },
    async write({ to }) {
      // Also to restore it: each merged page then takes memory of its own, and without room the kernel kills VMs.
      if (to === 2) {
        const needed = readNumber(path('pages_sharing')) * pageBytes
        const memory = hostMemory(procfs)
        if (!leavesReserve(memory, needed))
          throw new KvminfoError(
            'CHANGE_FAILED',

            `unmerging needs ${needed} bytes, and only ${memory.available} are available, of which ${memoryReserve(memory.total)} must stay`,
          )
      }
      await writeSlowValue(path('run'), to)
    },
  }
}

export function ksmPace(sysfs: string): OperationKit<KsmPaceOperation> {
  const path = (name: string) => join(sysfs, 'kernel/mm/ksm', name)
  return {
    knob: () => 'ksm pace',
    encode: ({ pagesToScan, sleepMs }) => `${pagesToScan} ${sleepMs}`,
    decode(text) {
      const [, pagesToScan, sleepMs] = /^(\d{1,10}) (\d{1,10})$/.exec(text) ?? []
      return pagesToScan === undefined
        ? undefined
        : { pagesToScan: Number(pagesToScan), sleepMs: Number(sleepMs) }
    },
    problem: () => undefined,
    excess({ to: { pagesToScan, sleepMs } }) {
      const advisor = advisorOf(path('advisor_mode'))
      if (advisor !== undefined && advisor !== 'none')
        return `the kernel's own advisor (advisor_mode ${advisor}) sets the pace of KSM`
      return pagesToScan < 1 || pagesToScan > most.pagesToScan || sleepMs < most.sleepMs
        ? `1 to ${most.pagesToScan} pages each ${most.sleepMs} ms or more are allowed`
        : undefined
    },
    needsLease: () => false,
    read: () => ({
      pagesToScan: readNumber(path('pages_to_scan')),
      sleepMs: readNumber(path('sleep_millisecs')),
    }),
    write({ from, to }) {
      writeValue(path('pages_to_scan'), to.pagesToScan)
      try {
        writeValue(path('sleep_millisecs'), to.sleepMs)
      } catch (error) {
        writeValue(path('pages_to_scan'), from.pagesToScan)
        throw error
      }
    },
  }
}

/** undefined before Linux 6.8, which has no advisor. */
function advisorOf(path: string): string | undefined {
  try {
    return chosenWord(readWord(path))
  } catch {
    return undefined
  }
}
