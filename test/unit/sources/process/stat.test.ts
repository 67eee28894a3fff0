// /proc/<pid>/stat and status: recorded ones, and names that try to break out of their parentheses.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KvminfoError } from '../../../../src/errors.ts'
import { parseStat } from '../../../../src/sources/process/stat.ts'
import { StatusLine } from '../../../../src/sources/process/status.ts'
import { anyText } from '../../../helpers/any-text.ts'

const fixture = (path: string) =>
  readFileSync(new URL(`../../../fixtures/qemu-7.2-libvirt-9.0/proc/${path}`, import.meta.url))

describe('stat', () => {
  it('reads a recorded QEMU', () => {
    expect(parseStat(fixture('5293/stat').toString(), 'stat')).toEqual({
      comm: 'qemu-system-x86',
      state: 'S',
      cpuNs: (16 + 32) * 10_000_000,
      priority: 120,
      nice: 0,
      startNs: 1_086_550_000_000,
      residentPages: 9_961,
      cpu: 1,
      rtPriority: 0,
      policy: 0,
    })
  })

  it('reads a recorded vCPU thread', () => {
    expect(parseStat(fixture('5293/task/5299/stat').toString(), 'stat')).toMatchObject({
      comm: 'CPU 0/KVM',
      cpu: 0,
    })
  })

  it('reads any name', () => {
    const recorded = fixture('5293/stat').toString()
    fc.assert(
      fc.property(anyText(15), (comm) => {
        const stat = parseStat(
          recorded.replace('qemu-system-x86', () => comm),
          'stat',
        )
        expect(stat.comm).toBe(comm)
        expect(stat.startNs).toBe(1_086_550_000_000)
      }),
    )
  })

  it.each(['', '1 (x) S', '1 x S 0 0', ') ('])('refuses %j', (text) => {
    expect(() => parseStat(text, '/proc/1/stat')).toThrow(KvminfoError)
  })
})

describe('status', () => {
  const status = fixture('5293/status')

  it('finds numbers with and without a unit', () => {
    expect(new StatusLine('VmRSS').number(status)).toBe(39_984)
    expect(new StatusLine('HugetlbPages').number(status)).toBe(0)
    expect(new StatusLine('voluntary_ctxt_switches').number(status)).toBe(889)
    expect(new StatusLine('nonvoluntary_ctxt_switches').number(status)).toBe(113)
  })

  it('does not find a line by the end of its name, or a line without a number', () => {
    expect(new StatusLine('ctxt_switches').number(status)).toBeUndefined()
    expect(new StatusLine('State').number(status)).toBeUndefined()
    expect(() => new StatusLine('State').required(status, '/proc/1/status')).toThrow(
      'has no line State with a number',
    )
  })
})
