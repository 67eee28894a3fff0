import { expect, test } from 'vitest'
import { formatListenAddress, parseListenAddress } from '../../../src/http/listen-address.ts'

test.each([
  [':9756', { host: undefined, port: 9756 }],
  ['127.0.0.1:9756', { host: '127.0.0.1', port: 9756 }],
  ['[::1]:9756', { host: '::1', port: 9756 }],
  ['[::]:0', { host: '::', port: 0 }],
  ['localhost:65535', { host: 'localhost', port: 65_535 }],
])('reads %s and writes it the same way', (text, address) => {
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
])('refuses %j', (text) => {
  expect(() => parseListenAddress(text)).toThrow(
    `'${text}' is not a listen address: use host:port with a port up to 65535, such as :9756, 127.0.0.1:9756 or [::1]:9756`,
  )
})
