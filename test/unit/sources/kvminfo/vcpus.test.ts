// /proc/kvminfo_vcpus. A bad row costs only that row.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { KvminfoError } from '../../../../src/errors.ts'
import { parseKvminfoVcpus, readKvminfoVcpus } from '../../../../src/sources/kvminfo/vcpus.ts'
import { WholeFile } from '../../../../src/sources/whole-file.ts'
import { anyText } from '../../../helpers/any-text.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const header = 'kvminfo_vcpus 1 module=0.1.0 time=on'
const titles = 'pid tid vcpu exits_num kvm_qemu_switch_num io_num kvm_ns halt_ns user_ns start_ns'
const row = '10 11 0 900 300 200 5000 6000 7000 123'
const text = (...rows: string[]) => [header, titles, ...rows, ''].join('\n')
const parse = (content: string) => parseKvminfoVcpus(content, '/proc/kvminfo_vcpus')

it('reads every column, and - as not measured', () => {
  const { rows, problems } = parse(text(row, '10 12 1 9 3 2 - - - 124'))
  expect(problems).toEqual([])
  expect([...rows.values()]).toEqual([
    {
      ...{ tid: 11, exits: 900, userspaceSwitches: 300, io: 200 },
      ...{ kernelNs: 5000, haltNs: 6000, userspaceNs: 7000 },
    },
    {
      ...{ tid: 12, exits: 9, userspaceSwitches: 3, io: 2 },
      ...{ kernelNs: undefined, haltNs: undefined, userspaceNs: undefined },
    },
  ])
})

it.each([
  ['a bad number', row.replace('900', '9x')],
  ['a column too few', row.replace(' 123', '')],
  ['a bad time', row.replace('5000', '5s')],
])('loses only the row with %s', (_, bad) => {
  const { rows, problems } = parse(text(bad, row.replace('11', '12')))
  expect([...rows.keys()]).toEqual([12])
  expect(problems).toMatchObject([{ error: { code: 'SOURCE_MALFORMED' } }])
})

it('ignores a row that was cut off', () => {
  const { rows, problems } = parse(text(row, row.replace('11', '12')).slice(0, -3))
  expect([...rows.keys()]).toEqual([11])
  expect(problems).toHaveLength(1)
})

it.each([
  ['another file', 'MemTotal: 1 kB\n', 'SOURCE_MALFORMED'],
  ['another version', text(row).replace('vcpus 1', 'vcpus 2'), 'SOURCE_VERSION'],
  ['a missing column', text(row).replace('io_num', 'x'), 'SOURCE_MALFORMED'],
])('refuses %s', (_, content, code) => {
  expect(() => parse(content)).toThrow(expect.objectContaining({ code }))
})

it('says how to load the module if there is no file', () => {
  const procfs = scratchDirectory()
  expect(() => readKvminfoVcpus(procfs, new WholeFile())).toThrow(/load it with vcpus=1/)
  mkdirSync(procfs, { recursive: true })
  writeFileSync(join(procfs, 'kvminfo_vcpus'), text(row))
  expect(readKvminfoVcpus(procfs, new WholeFile()).rows.size).toBe(1)
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
