// /proc/kvminfo: our module's format. A bad row costs only that row.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KvminfoError } from '../../../../src/errors.ts'
import { parseKvminfo } from '../../../../src/sources/kvminfo/parse.ts'
import { pageAddress, portAddress } from '../../../../src/sources/kvminfo/row.ts'
import { anyText } from '../../../helpers/any-text.ts'
import { retainedBytes } from '../../../helpers/retained-bytes.ts'

const header = 'kvminfo 1 module=0.1.0 vendor=svm time=on reasons=on lost=0'
const titles =
  'index pid io_num exception_num kvm_vm_switch_num kvm_qemu_switch_num signal_num kvm_ns halt_ns user_ns start_ns vcpus reasons'
const row =
  '1 4711 1601 200 1012 1101 3 900000 50000 70000 123450000000 0:4713,1:4714 io:1601,cpuid:300,exception:200'
const text = (...rows: string[]) => [header, titles, ...rows, ''].join('\n')
const parse = (content: string) => parseKvminfo(content, '/proc/kvminfo')
const errorOf = (content: string): KvminfoError => {
  try {
    parse(content)
  } catch (error) {
    return error as KvminfoError
  }
  throw new Error('parsing did not fail')
}

describe('the module’s format', () => {
  it('reads every column of a row', () => {
    const { rows, problems } = parse(text(row))
    expect(problems).toEqual([])
    expect(rows.get(4711)).toEqual({
      exits: {
        pid: 4711,
        io: 1601,
        exceptions: 200,
        kernelSwitches: 1012,
        userspaceSwitches: 1101,
        signalReturns: 3,
        kernelNs: 900_000,
        haltNs: 50_000,
        userspaceNs: 70_000,
        reasons: new Map([
          ['io', 1601],
          ['cpuid', 300],
          ['exception', 200],
        ]),
      },
      startNs: 123_450_000_000,
      vcpus: [
        { id: 0, tid: 4713 },
        { id: 1, tid: 4714 },
      ],
    })
  })

  it('reads - as not available, as no vCPUs and as no reasons', () => {
    const { rows, problems } = parse(text('1 4711 1601 - 1012 1101 3 - - - 123450000000 - -'))
    expect(problems).toEqual([])
    const { exits, vcpus } = rows.get(4711)!
    expect(exits).toMatchObject({
      exceptions: undefined,
      kernelNs: undefined,
      haltNs: undefined,
      userspaceNs: undefined,
    })
    expect(exits.reasons.size).toBe(0)
    expect(vcpus).toEqual([])
  })

  it('finds columns by title, and ignores unknown header keys and columns', () => {
    const content = [`${header} mood=good`, `extra ${titles} later`, `x ${row} 7`, ''].join('\n')
    expect(parse(content).rows.get(4711)?.exits.userspaceSwitches).toBe(1101)
  })

  describe('the columns that an older module lacks', () => {
    const more = (row: string) => [header, `${titles} user_reasons reason_ns devices`, row, ''].join('\n')
    const counted = 'io:1000:5000,mmio:101:- cpuid:900,io:899100 p3f8:1000:4000,mfebc0:100:-,other:1:7'

    it('are read', () => {
      const { rows, problems } = parse(more(`${row} ${counted}`))
      expect(problems).toEqual([])
      const { exits, accesses } = rows.get(4711)!
      expect(exits.userspaceReasons).toEqual(
        new Map([
          ['io', { count: 1000, ns: 5000 }],
          ['mmio', { count: 101, ns: undefined }],
        ]),
      )
      expect(exits.reasonNs).toEqual(
        new Map([
          ['cpuid', 900],
          ['io', 899_100],
        ]),
      )
      expect(accesses).toEqual({
        byAddress: new Map([
          [portAddress(0x3f8), { count: 1000, ns: 4000 }],
          [pageAddress(0xfebc0), { count: 100, ns: undefined }],
        ]),
        other: { count: 1, ns: 7 },
      })
    })

    it('are absent if the module does not count them', () => {
      for (const text of [more(`${row} - - -`), [header, titles, row, ''].join('\n')]) {
        const { exits, accesses } = parse(text).rows.get(4711)!
        expect([exits.userspaceReasons, exits.reasonNs, accesses]).toEqual([undefined, undefined, undefined])
      }
    })

    it('cover the whole address space: the last port and the last page of 52 bits', () => {
      const { accesses } = parse(more(`${row} - - pffff:1:1,mffffffffff:2:2`)).rows.get(4711)!
      expect([...accesses!.byAddress.keys()]).toEqual([0xffff, 0xffff + 1 + 0xff_ffff_ffff])
    })

    it.each([
      ['a reason without a time', 'io:1000 - -'],
      ['a reason without a name', ':1:2 - -'],
      ['a reason with a bad time', 'io:1:x - -'],
      ['a time without a name', '- :1 -'],
      ['a port beyond 16 bits', '- - p10000:1:1'],
      ['a key of another kind', '- - x3f8:1:1'],
      ['a key without an address', '- - p:1:1'],
      ['a key in upper case', '- - m FEBC0:1:1'.replace('m F', 'mF')],
      ['a comma at the end', '- - p3f8:1:1,'],
      ['a fourth field', '- - p3f8:1:1:1'],
    ])('cost the row with %s', (_, bad) => {
      const { rows, problems } = parse(more(`${row} ${bad}`))
      expect(rows.size).toBe(0)
      expect(problems).toMatchObject([{ error: { code: 'SOURCE_MALFORMED' } }])
    })
  })

  it('reads a host without VMs', () => {
    expect(parse(text()).rows.size).toBe(0)
  })

  it('ignores an incomplete last row and reports it', () => {
    const whole = text(row, row.replace('4711', '4800'))
    for (let cut = 1; cut < 40; cut++) {
      const { rows, problems } = parse(whole.slice(0, -cut))
      expect([...rows.keys()]).toEqual([4711])
      expect(problems).toHaveLength(1)
      expect(problems[0]?.error.message).toContain('the last row is incomplete')
    }
  })

  it.each([
    ['an invalid number', row.replace('1601', '16x1')],
    ['a negative number', row.replace('1601', '-1')],
    ['a missing column', row.replace(' 3 ', ' ')],
    ['an extra column', `${row} 9`],
    ['a bad vCPU', row.replace('0:4713', 'zero:4713')],
    ['a reason without a count', row.replace('io:1601', 'io')],
    ['a reason without a name', row.replace('io:1601', ':1601')],
    ['a comma at the end', `${row},`],
  ])('loses only the row with %s', (_, bad) => {
    const { rows, problems } = parse(text(bad, row.replace('4711', '4800')))
    expect([...rows.keys()]).toEqual([4800])
    expect(problems).toMatchObject([{ subject: '/proc/kvminfo', error: { code: 'SOURCE_MALFORMED' } }])
  })

  it('refuses another format version', () => {
    const error = errorOf(text(row).replace('kvminfo 1 ', 'kvminfo 2 '))
    expect(error).toBeInstanceOf(KvminfoError)
    expect(error.code).toBe('SOURCE_VERSION')
  })

  it.each([
    ['nothing', ''],
    ['another file', 'MemTotal: 1 kB\n'],
    ['a missing column', text(row).replace('io_num', 'oi_num')],
  ])('refuses %s', (_, content) => {
    expect(errorOf(content).code).toBe('SOURCE_MALFORMED')
  })
})

describe('any input', () => {
  const count = fc.nat(2 ** 31)
  const named = fc.array(fc.tuple(fc.stringMatching(/^[a-z_]{1,20}$/), count), { maxLength: 12 })

  it('reads back what was printed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(count, count, count, count, named), { maxLength: 20 }), (rows) => {
        const printed = rows.map(([io, vm, qemu, ns, reasons], index) => {
          const list = reasons.map(([name, value]) => `${name}:${value}`).join(',') || '-'
          return `${index + 1} ${index + 100} ${io} - ${vm} ${qemu} 0 ${ns} ${ns} ${ns} ${ns} - ${list}`
        })
        const { rows: read, problems } = parse(text(...printed))
        expect(problems).toEqual([])
        expect(read.size).toBe(rows.length)
        for (const [index, [io, vm, qemu, ns, reasons]] of rows.entries()) {
          expect(read.get(index + 100)).toMatchObject({
            exits: {
              io,
              kernelSwitches: vm,
              userspaceSwitches: qemu,
              kernelNs: ns,
              reasons: new Map(reasons),
            },
            startNs: ns,
          })
        }
      }),
    )
  })

  it('never throws anything but KvminfoError', () => {
    const content = fc.oneof(
      anyText(),
      anyText().map((junk) => text(junk, row)),
    )
    fc.assert(
      fc.property(content, (junk) => {
        try {
          parse(junk)
        } catch (error) {
          expect(error).toBeInstanceOf(KvminfoError)
        }
      }),
    )
  })

  it('never lets a bad row change another', () => {
    const line = anyText(80).filter((junk) => !junk.includes('\n') && !/\d/.test(junk))
    fc.assert(
      fc.property(line, (junk) => {
        const { rows } = parse(text(row, junk, row.replace('4711', '4800')))
        expect(rows).toEqual(parse(text(row, row.replace('4711', '4800'))).rows)
      }),
    )
  })
})

it('does not keep the text of a file in memory when parts of it are kept', async () => {
  const reasons = Array.from({ length: 100 }, (_, at) => `a_reason_of_length_${at}:1`).join(',')
  const others = Array.from({ length: 500 }, (_, at) => `1 ${at + 1} 1 - 1 1 1 - - - 1 - ${reasons}`)
  const reading = (nth: number) =>
    text(...others, `1 4711 1 - 1 1 1 - - - 1 0:${4713 + nth},1:10000 another_reason_of_length_${nth}:1`)
  expect(reading(0).length).toBeGreaterThan(1_000_000)
  const bytes = await retainedBytes(() =>
    Array.from({ length: 20 }, (_, nth) => {
      const { exits, vcpus } = parse(reading(nth)).rows.get(4711)!
      return { reasons: [...exits.reasons.keys()], vcpus }
    }),
  )
  expect(bytes).toBeLessThan(2_000_000)
})
