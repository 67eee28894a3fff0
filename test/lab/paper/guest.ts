// One guest of an experiment: starts the Linux guest of guests/linux, and returns what it cost between "work starts" and
// "work done". Runs in the lab.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { type Row, readTable, rowOf } from '../cases/kvminfo/table.ts'
import { until } from '../cases/kvminfo/until.ts'

const start = '/project/test/lab/guests/linux/start'
const awaitLine = '/project/test/lab/guests/linux/await'

/** Long enough to read the counters before the work begins. */
const delaySeconds = 2
const patienceSeconds = 900

/** The thesis's columns, and what else an experiment compares. Times are of the guest's own clock. */
export interface Cost {
  io_num: number
  exception_num: number
  kvm_vm_switch_num: number
  kvm_qemu_switch_num: number
  /** Exits because the host's page tables had no page yet. */
  page_faults: number
  work_ns: number
}

export interface Guest {
  pid: number
  /** Waits until it starts to work. */
  boot(): void
  /** Waits for the work and counts it. */
  work(): Promise<Cost>
  end(): Promise<void>
}

export async function startGuest(name: string, options: readonly string[], work: string): Promise<Guest> {
  const words = ['--name', name, ...options, ...work.split(' '), `delay=${delaySeconds}`]
  const pid = Number(execFileSync(start, words, { encoding: 'latin1' }))
  const line = (text: string): string =>
    execFileSync(awaitLine, [name, text, `${patienceSeconds}`], { encoding: 'latin1' })
  const boot = (): void => void line('work starts')
  return {
    pid,
    boot,
    async work() {
      boot()
      const before = rowOf(readTable(), pid)
      const took = Number(/work took: (\d+)/.exec(line('work took'))![1])
      line('work done')
      return costBetween(before, rowOf(readTable(), pid), took)
    },
    async end() {
      process.kill(pid, 'SIGKILL')
      await until(`${name} has ended`, () => readTable().rows.every((row) => row.pid !== pid))
    },
  }
}

export function costBetween(before: Row, after: Row, work_ns: number): Cost {
  const grown = (column: 'io_num' | 'exception_num' | 'kvm_vm_switch_num' | 'kvm_qemu_switch_num'): number =>
    after[column]! - before[column]!
  const console = consoleAccesses(after) - consoleAccesses(before)
  return {
    io_num: grown('io_num') - console,
    exception_num: grown('exception_num'),
    kvm_vm_switch_num: grown('kvm_vm_switch_num'),
    kvm_qemu_switch_num: grown('kvm_qemu_switch_num') - console,
    page_faults: (after.reasons?.page_fault ?? 0) - (before.reasons?.page_fault ?? 0),
    work_ns,
  }
}

/** How often the guest accessed its serial port, on which it says what it does. That is not part of its work. */
function consoleAccesses(row: Row): number {
  const ports = Object.entries(row.devices).filter(([key]) => /^p3f[89a-f]$/.test(key))
  return ports.reduce((sum, [, { count }]) => sum + count, 0)
}

/** The threads of a QEMU that run its vCPUs. */
export function vcpuThreads(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .map(Number)
    .filter((tid) => /\/KVM$/.test(readFileSync(`/proc/${pid}/task/${tid}/comm`, 'latin1').trim()))
}
