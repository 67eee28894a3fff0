// The flags of `kvminfo report`: what they accept and refuse.
import { expect, test } from 'vitest'
import { header, httpUrl, labelName, matcher, time } from '../../../src/cli/flag-values.ts'

test.each([
  ['2026-11-01', 1793491200],
  ['2026-11-01T08:00Z', 1793520000],
  ['2026-11-01 08:00', 1793520000],
  ['2026-11-01T09:00:00+01:00', 1793520000],
  ['1793520000', 1793520000],
])('the time %s is %d', (text, seconds) => {
  expect(time(text)).toBe(seconds)
})

test.each(['yesterday', '2026-13-01', '2026-11-01T', '17', '', '2026-11-01T25:00Z'])(
  '%j is no time',
  (text) => {
    expect(() => time(text)).toThrow('is not a time such as')
  },
)

test.each(['cluster="eu1"', 'instance=~"kvm[1-4].*"', 'a!="b\\"c"'])('%s is a matcher', (text) => {
  expect(matcher(text)).toBe(text)
})

test.each(['cluster=eu1', 'a="b",c="d"', 'a="b"} or up{x="y"', '="b"', 'a="b'])(
  '%s is no matcher',
  (text) => {
    expect(() => matcher(text)).toThrow('is not a matcher')
  },
)

test.each(['ftp://a', 'prometheus:9090', 'http://a/?x=1'])('%s is no address', (text) => {
  expect(() => httpUrl(text)).toThrow()
})

test('a password in the address is refused, and not repeated', () => {
  expect(() => httpUrl('http://me:secret@host')).toThrow(/^(?!.*secret).*--http.basic-auth-file/)
})

test('a header has a name and a value', () => {
  expect(header('X-Scope-OrgID: team-a ')).toEqual(['X-Scope-OrgID', 'team-a'])
  for (const text of ['X', 'a b: c', 'Host: x', 'Content-Length: 3', 'a: b\r\nc: d']) {
    expect(() => header(text)).toThrow()
  }
})

test('a label has a name', () => {
  expect(labelName('cluster')).toBe('cluster')
  expect(() => labelName('a) or up')).toThrow()
})
