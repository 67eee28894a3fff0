// All rows of /proc/taskinfo as columns.
import { expect, test } from 'vitest'
import { TaskColumns } from '../../../../src/sources/task-columns.ts'
import { TaskTable } from '../../../../src/sources/taskinfo/task-table.ts'

const header = 'taskinfo 1 module=0.1.0 hz=250 uptime_ns=90000000000000'
const titles =
  'tgid tid comm state policy nice static_prio prio rt_prio cpu utime_ns stime_ns exec_ns run_delay_ns nvcsw nivcsw slice_ns start_ns rss_kib total_kib uid'
const main =
  '100 100 qemu-system-x86 S 0 0 120 120 0 3 7000000 3000000 10000001 400 50 6 2800000 123456789012 5000 9000 64055'
const vcpu =
  '100 103 CPU\\x200/KVM R 2 -5 115 9 90 7 70 30 99000000000001 - 510003 19003 - 123456999999 5000 9000 64055'

function columnsOf(...rows: string[]): TaskColumns {
  const into = new TaskColumns()
  new TaskTable(Buffer.from([header, titles, ...rows, ''].join('\n'), 'latin1'), '/proc/taskinfo').columns(
    into,
  )
  return into
}

test('every field of every thread', () => {
  const columns = columnsOf(main, vcpu)
  expect(columns.count).toBe(2)
  expect(columns.hz).toBe(250)
  expect(columns.names).toEqual(['qemu-system-x86', 'CPU 0/KVM'])
  const row = (at: number) =>
    Object.fromEntries(
      Object.entries(columns).flatMap(([name, values]) =>
        values instanceof Float64Array ? [[name, values[at]]] : [],
      ),
    )
  expect(row(0)).toEqual({
    pid: 100,
    tid: 100,
    state: 'S'.charCodeAt(0),
    policy: 0,
    nice: 0,
    priority: 120,
    rtPriority: 0,
    cpu: 3,
    cpuNs: 10_000_001,
    runDelayNs: 400,
    voluntarySwitches: 50,
    involuntarySwitches: 6,
    sliceNs: 2_800_000,
    startNs: 123_456_789_012,
    residentBytes: 5000 * 1024,
    uid: 64_055,
  })
  expect(row(1)).toMatchObject({ tid: 103, state: 'R'.charCodeAt(0), policy: 2, nice: -5, priority: 9 })
  expect(row(1)).toMatchObject({ rtPriority: 90, runDelayNs: Number.NaN, sliceNs: Number.NaN })
})

test('a row with a field too few or too many costs only itself', () => {
  const columns = columnsOf(main.replace(' 50 ', ' '), vcpu, `${main} 7`, main.replace(/^100 100/, '100 101'))
  expect(columns.count).toBe(2)
  expect(Array.from(columns.tid.subarray(0, 2))).toEqual([103, 101])
  expect(columns.names).toEqual(['CPU 0/KVM', 'qemu-system-x86'])
})

test('a field that is not a number is not known', () => {
  const columns = columnsOf(main.replace(' 50 ', ' 5x '))
  expect(columns.voluntarySwitches[0]).toBeNaN()
  expect(columns.involuntarySwitches[0]).toBe(6)
})

test('the memory of earlier columns is used again, and keeps nothing of them', () => {
  const into = columnsOf(main, vcpu)
  const { pid } = into
  new TaskTable(Buffer.from(`${header}\n${titles}\n${vcpu}\n`), 'x').columns(into)
  expect(into.pid).toBe(pid)
  expect([into.count, into.names]).toEqual([1, ['CPU 0/KVM']])
})
