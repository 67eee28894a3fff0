// /proc/taskinfo: processes, names and tasks from its bytes. A bad row costs only that row.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KvminfoError } from '../../../../src/errors.ts'
import { TaskTable } from '../../../../src/sources/taskinfo/task-table.ts'

const header = 'taskinfo 1 module=0.1.0 hz=250 uptime_ns=90000000000000'
const titles =
  'tgid tid comm state policy nice static_prio prio rt_prio cpu utime_ns stime_ns exec_ns run_delay_ns nvcsw nivcsw slice_ns start_ns rss_kib total_kib uid'
const main =
  '100 100 qemu-system-x86 S 0 0 120 120 0 3 7000000 3000000 10000001 400 50 6 2800000 123456789012 5000 9000 64055'
const vcpu =
  '100 103 CPU\\x200/KVM R 2 -5 115 9 90 7 70 30 99000000000001 12000000001 510003 19003 - 123456999999 5000 9000 64055'
const text = (...rows: string[]) => [header, titles, ...rows, ''].join('\n')
const table = (content: string) => new TaskTable(Buffer.from(content, 'latin1'), '/proc/taskinfo')

describe('rows', () => {
  it('give every field of a requested thread', () => {
    const { problems, ...read } = {
      ...table(text(main, vcpu)),
      tasks: table(text(main, vcpu)).tasks(new Map([[100, [{ tid: 103 }]]])),
    }
    expect(problems).toEqual([])
    expect([...read.tasks.values()]).toEqual([
      {
        pid: 100,
        tid: 103,
        policy: 2,
        nice: -5,
        rtPriority: 90,
        cpu: 7,
        cpuNs: 99_000_000_000_001,
        runDelayNs: 12_000_000_001,
        voluntarySwitches: 510_003,
        involuntarySwitches: 19_003,
        startNs: 123_456_999_999,
      },
    ])
  })

  it('have - for a run delay that the kernel does not count', () => {
    const task = table(text(vcpu.replace(' 12000000001 ', ' - ')))
      .tasks(new Map([[100, [{ tid: 103 }]]]))
      .get(103)
    expect(task?.runDelayNs).toBeUndefined()
    expect(task?.voluntarySwitches).toBe(510_003)
  })

  it.each([
    ['in the order of the file', [100, 101, 103, 104]],
    ['in another order, as after vCPUs were plugged in', [104, 100, 103, 101]],
    ['with others between them', [101, 104]],
    ['of which one has ended', [100, 102, 104]],
  ])('are found if the vCPUs are %s', (_, wanted) => {
    const rows = [100, 101, 103, 104].map((tid) => vcpu.replace('103', String(tid)))
    const other = vcpu.replace('100 103', '200 201')
    const found = table(text(...rows, other)).tasks(
      new Map([
        [100, wanted.map((tid) => ({ tid }))],
        [200, [{ tid: 201 }]],
      ]),
    )
    expect([...found.keys()]).toEqual([...[100, 101, 103, 104].filter((tid) => wanted.includes(tid)), 201])
  })

  it('are left out if the thread id belongs to another process by now', () => {
    expect(table(text(main, vcpu)).tasks(new Map([[99, [{ tid: 103 }]]])).size).toBe(0)
  })

  it('give each process once, from its main thread', () => {
    expect([...table(text(main, vcpu)).processes().values()]).toEqual([
      { pid: 100, startNs: 123_456_789_012, comm: 'qemu-system-x86' },
    ])
  })

  it('give the names of the threads of one process', () => {
    const other = main.replace('100 100', '200 200')
    expect(table(text(main, vcpu, other)).threadNames(100)).toEqual(
      new Map([
        [100, 'qemu-system-x86'],
        [103, 'CPU 0/KVM'],
      ]),
    )
  })

  it('are read by column title', () => {
    const content = [header, `later ${titles}`, `x ${vcpu}`, ''].join('\n')
    expect(
      table(content)
        .tasks(new Map([[100, [{ tid: 103 }]]]))
        .get(103)?.nice,
    ).toBe(-5)
  })

  it('have escaped names with newline, backslash, UTF-8 and invalid bytes', () => {
    const named = (comm: string) =>
      table(text(main.replace('qemu-system-x86', comm)))
        .processes()
        .get(100)?.comm
    expect(named('a\\x0ab')).toBe('a\nb')
    expect(named('\\x5cx41')).toBe('\\x41')
    expect(named('caf\\xc3\\xa9')).toBe('café')
    expect(named('\\xff')).toBe('\uFFFD')
  })

  it('distinguish an empty name from the name -', () => {
    const named = (comm: string) =>
      table(text(main.replace('qemu-system-x86', comm)))
        .threadNames(100)
        .get(100)
    expect(named('-')).toBe('')
    expect(named('\\x2d')).toBe('-')
    expect(named('--')).toBe('--')
  })
})

describe('with bad input it', () => {
  it('ignores an incomplete last row and reports it', () => {
    const incomplete = table(text(main, vcpu).slice(0, -10))
    expect(incomplete.processes().size).toBe(1)
    expect(incomplete.tasks(new Map([[100, [{ tid: 103 }]]])).size).toBe(0)
    expect(incomplete.problems[0]?.error.message).toContain('the last row is incomplete')
  })

  it.each([
    ['an invalid number', vcpu.replace(' 510003 ', ' many ')],
    ['a missing field', vcpu.replace(' 510003 ', ' ')],
    ['an extra field', `${vcpu} 1`],
    ['an empty field', vcpu.replace(' 510003 ', '  ')],
  ])('loses only the thread with %s', (_, bad) => {
    const read = table(text(bad, main))
    expect([...read.tasks(new Map([[100, [{ tid: 103 }, { tid: 100 }]]])).keys()]).toEqual([100])
    expect(read.problems).toMatchObject([{ subject: '/proc/taskinfo', error: { code: 'SOURCE_MALFORMED' } }])
  })

  it.each([
    ['an empty file', '', 'ends within its two header lines'],
    ['another file', 'MemTotal: 1 kB\nMemFree: 2 kB\n', 'is not the header of the taskinfo module'],
    ['a missing column', text(main).replace('nvcsw', 'ncsw'), 'has no column nvcsw'],
  ])('refuses %s', (_, content, message) => {
    expect(() => table(content)).toThrow(message)
    expect(() => table(content)).toThrow(KvminfoError)
  })

  it('refuses another version', () => {
    expect(() => table(text(main).replace('taskinfo 1', 'taskinfo 9'))).toThrow(
      expect.objectContaining({ code: 'SOURCE_VERSION' }),
    )
  })

  it('never throws anything but KvminfoError, whatever the bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 400 })
    fc.assert(
      fc.property(bytes, fc.boolean(), (junk, withHeader) => {
        const content = withHeader ? Buffer.concat([Buffer.from(text(main)), junk]) : Buffer.from(junk)
        try {
          const read = new TaskTable(content, '/proc/taskinfo')
          read.processes()
          expect(read.tasks(new Map([[100, [{ tid: 100 }]]])).get(100)?.cpuNs).toBe(10_000_001)
        } catch (error) {
          expect(error).toBeInstanceOf(KvminfoError)
        }
      }),
    )
  })

  it('reads back what was printed', () => {
    const number = fc.nat(2 ** 31)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, number, fc.integer({ min: -20, max: 19 })), { maxLength: 30 }),
        (threads) => {
          const rows = threads.map(
            ([cpuNs, delay, nice], index) =>
              `${7} ${index} t S 0 ${nice} 120 120 0 1 1 1 ${cpuNs} ${delay} 1 1 - 5 1 1 0`,
          )
          const tasks = table(text(...rows)).tasks(new Map([[7, threads.map((_, tid) => ({ tid }))]]))
          expect(tasks.size).toBe(threads.length)
          for (const [index, [cpuNs, runDelayNs, nice]] of threads.entries()) {
            expect(tasks.get(index)).toMatchObject({ cpuNs, runDelayNs, nice })
          }
        },
      ),
    )
  })
})
