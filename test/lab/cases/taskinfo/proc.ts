// Reads the same facts from /proc/<pid>/task/<tid>/{stat,schedstat,status}, and converts the cells of /proc/taskinfo to
// /proc's units.

import { readdirSync, readFileSync } from 'node:fs'
import type { Row } from './table.ts'

/** The columns that /proc also has, as decimal numbers or text. */
export type Facts = Record<string, string> & { kernelThread: string }

/** /proc counts these in ticks of 1/100 s (USER_HZ, fixed by its ABI). */
const tickNs = 10_000_000n
const pageKib = 4
/** PF_KTHREAD from include/linux/sched.h. */
const kernelThreadFlag = 0x200000

/**
 * All threads, by tid. A thread whose `nvcsw` and `nivcsw` are equal in two such results has not run in between:
 * `first` reads the context switch counts before everything else, `last` after everything else.
 */
export function readProc(order: 'first' | 'last'): Map<number, Facts> {
  const threads = new Map<number, Facts>()
  for (const tgid of numbersIn('/proc')) {
    for (const tid of numbersIn(`/proc/${tgid}/task`)) {
      const facts = readThread(`/proc/${tgid}/task/${tid}`, order)
      if (facts) threads.set(Number(tid), { tgid, tid, ...facts })
    }
  }
  return threads
}

function readThread(path: string, order: 'first' | 'last'): Facts | undefined {
  try {
    const readers = [readStatus, readSchedstat, readStat]
    if (order === 'last') readers.reverse()
    return Object.assign({}, ...readers.map((read) => read(path))) as Facts
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

function numbersIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => /^\d+$/.test(name))
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}

/** True if the thread ended before its file was opened or read. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')
}

function readStatus(path: string): Record<string, string> {
  const text = readFileSync(`${path}/status`, 'latin1')
  const field = (name: string): string => new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? ''
  return {
    uid: field('Uid'),
    nvcsw: field('voluntary_ctxt_switches'),
    nivcsw: field('nonvoluntary_ctxt_switches'),
  }
}

function readSchedstat(path: string): Record<string, string> {
  const [exec_ns = '', run_delay_ns = ''] = readFileSync(`${path}/schedstat`, 'latin1').split(' ')
  return { exec_ns, run_delay_ns }
}

/** Field numbers are those of proc(5). */
function readStat(path: string): Record<string, string> {
  const text = readFileSync(`${path}/stat`, 'latin1')
  const nameEnd = text.lastIndexOf(')')
  const after = text.slice(nameEnd + 2).split(' ')
  const field = (number: number): string => after[number - 3] ?? ''
  return {
    comm: text.slice(text.indexOf('(') + 1, nameEnd),
    state: field(3),
    kernelThread: (Number(field(9)) & kernelThreadFlag) === 0 ? 'no' : 'yes',
    utime_ns: field(14),
    stime_ns: field(15),
    prio: field(18),
    nice: field(19),
    start_ns: field(22),
    total_kib: `${Number(field(23)) / 1024}`,
    rss_kib: `${Number(field(24)) * pageKib}`,
    cpu: field(39),
    rt_prio: field(40),
    policy: field(41),
  }
}

/** The cells of a row that /proc also has, in /proc's units. */
export function inProcUnits(row: Row): Record<string, string> {
  const ticks = (ns: string): string => `${BigInt(ns) / tickNs}`
  const { static_prio: _, slice_ns: __, ...shared } = row
  return {
    ...shared,
    comm: unescapeComm(row.comm),
    prio: `${Number(row.prio) - 100}`,
    utime_ns: ticks(row.utime_ns),
    stime_ns: ticks(row.stime_ns),
    start_ns: ticks(row.start_ns),
  }
}

function unescapeComm(comm: string): string {
  if (comm === '-') return ''
  return comm.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
