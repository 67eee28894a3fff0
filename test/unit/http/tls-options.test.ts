// The tables of names are correct only if OpenSSL knows every name in them.
import { createSecureContext } from 'node:tls'
import { expect, test } from 'vitest'
import { cipherSuites, curves, tlsVersions } from '../../../src/http/tls-names.ts'

test.each(Object.entries(cipherSuites))('%s is OpenSSL’s %s', (_name, suite) => {
  expect(() => createSecureContext({ ciphers: suite })).not.toThrow()
})

test.each(Object.entries(curves))('%s is OpenSSL’s %s', (_name, curve) => {
  expect(() => createSecureContext({ ecdhCurve: curve })).not.toThrow()
})

test.each(Object.entries(tlsVersions))('%s is OpenSSL’s %s', (_name, version) => {
  expect(() => createSecureContext({ minVersion: version })).not.toThrow()
})

test('OpenSSL refuses a name that it does not know', () => {
  expect(() => createSecureContext({ ciphers: 'ECDHE-RSA-AES129-SHA' })).toThrow()
  expect(() => createSecureContext({ ecdhCurve: 'P-257' })).toThrow()
})
