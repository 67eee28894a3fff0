// `virsh domstats`: a recording, and what older versions lack.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseDomstats } from '../../../../src/sources/domstats/parse.ts'
import { anyText } from '../../../helpers/any-text.ts'

const recorded = readFileSync(
  new URL('../../../fixtures/qemu-7.2-libvirt-9.0/domstats.txt', import.meta.url),
  'utf8',
)
const zero = { exits: 0, io_exits: 0, signal_exits: 0, fpu_reload: 0 }

it('reads recorded domains, by name', () => {
  expect(parseDomstats(recorded)).toEqual(
    new Map([
      ['web & shop "1"', { statistics: zero, balloonBytes: 256 * 1024 ** 2 }],
      ['old', { statistics: zero, balloonBytes: 128 * 1024 ** 2 }],
    ]),
  )
})

it('adds up the statistics of the vCPUs', () => {
  const counted = recorded
    .replace('vcpu.0.exits.sum=0', 'vcpu.0.exits.sum=100')
    .replace('vcpu.1.exits.sum=0', 'vcpu.1.exits.sum=20')
    .replace('vcpu.1.io_exits.sum=0', 'vcpu.1.io_exits.sum=3')
  expect(parseDomstats(counted).get('web & shop "1"')?.statistics).toEqual({
    ...zero,
    exits: 120,
    io_exits: 3,
  })
  expect(parseDomstats(counted).get('old')?.statistics).toEqual(zero)
})

it('gives no statistics for a domain that lacks one of them, as with libvirt before 8.9', () => {
  const older = recorded.replaceAll(/^ {2}vcpu\.0\.fpu_reload\.sum=0\n/gm, '')
  expect(parseDomstats(older).get('old')?.statistics).toBeUndefined()
  expect(parseDomstats("Domain: 'a'\n  vcpu.0.time=17\n").get('a')?.statistics).toBeUndefined()
})

it('keeps names with quotes', () => {
  const named = recorded.replace("Domain: 'old'", "Domain: 'it's \"old\"'")
  expect([...parseDomstats(named).keys()]).toContain('it\'s "old"')
})

it('never fails, whatever the text', () => {
  fc.assert(fc.property(anyText(), (text) => void parseDomstats(`${recorded}${text}`)))
})
