import { expect, test } from 'vitest'
import { formatListenAddress, parseListenAddress } from '../../../src/http/listen-address.ts'

test.each([
  [':9756', { host: undefined, port: 9756 }],
  ['127.0.0.1:9756', { host: '127.0.0.1', port: 9756 }],
  ['[::1]:9756', { host: '::1', port: 9756 }],
  ['[::]:0', { host: '::', port: 0 }],
  ['localhost:65535', { host: 'localhost', port: 65_535 }],
])('%s is an address, and is written the same', (text, address) => {
  expect(parseListenAddress(text)).toEqual(address)
  expect(formatListenAddress(address)).toBe(text)
})

test.each([
  '',
  '9756',
  'localhost',
  '::1:9756',
  '[127.0.0.1]:9756',
  '[]:9756',
  ':65536',
  ':-1',
  ':',
  'http://x:1',
  ':97 56',
])('%j is none', (text) => {
  expect(() => parseListenAddress(text)).toThrow(
    `'${text}' is not a listen address: give host:port, such as :9756, 127.0.0.1:9756 or [::1]:9756`,
  )
})
