import { expect, test } from 'vitest'
import { clientRefusal, parseSubjectAltName } from '../../../src/http/client-certificate.ts'
import { clientAuthTypes } from '../../../src/http/tls-names.ts'

test.each([
  ['', []],
  ['DNS:a.example', ['a.example']],
  [
    'DNS:a.example, IP Address:127.0.0.1, email:a@b.example, URI:spiffe://x/y',
    ['a.example', '127.0.0.1', 'a@b.example', 'spiffe://x/y'],
  ],
  // Node quotes a value that could be read as two.
  ['DNS:"a.example, DNS:b.example", DNS:c', ['a.example, DNS:b.example', 'c']],
  ['othername:<unsupported>, DNS:c', ['c']],
  ['IP Address:0:0:0:0:0:0:0:1, IP Address:FE80:0:0:0:0:0:1:2', ['::1', 'fe80::1:2']],
])('reads the names in %j', (text, values) => {
  expect(parseSubjectAltName(text)).toEqual(values)
})

type Client = Parameters<typeof clientRefusal>[1]

function client(subjectAltName: string | undefined, authorized: boolean): Client {
  return {
    authorized,
    authorizationError: new Error('self-signed certificate'),
    getPeerX509Certificate: () => (subjectAltName === undefined ? undefined : ({ subjectAltName } as never)),
  }
}

const clients = {
  none: client(undefined, true),
  stranger: client('DNS:x', false),
  friend: client('DNS:x', true),
}

test.each([
  ['NoClientCert', []],
  ['RequestClientCert', []],
  ['RequireAnyClientCert', ['none']],
  ['RequireClientCert', ['none']],
  ['VerifyClientCertIfGiven', ['stranger']],
  ['RequireAndVerifyClientCert', ['none', 'stranger']],
] as const)('%s refuses %j', (clientAuth, refused) => {
  expect(clientAuthTypes).toContain(clientAuth)
  const names = Object.entries(clients)
    .filter(([, socket]) => clientRefusal({ clientAuth, clientAllowedSans: undefined }, socket) !== undefined)
    .map(([name]) => name)
  expect(names).toEqual(refused)
})

test('compares allowed names exactly', () => {
  const ask = (clientAllowedSans: string[]) =>
    clientRefusal(
      { clientAuth: 'RequireAndVerifyClientCert', clientAllowedSans },
      client('DNS:a.example, URI:u:v', true),
    )
  expect(ask(['a.example'])).toBeUndefined()
  expect(ask(['other', 'u:v'])).toBeUndefined()
  expect(ask(['*.example', 'A.example', 'example'])).toBe(
    'the client certificate has none of the names in client_allowed_sans',
  )
  expect(ask([])).toBe('the client certificate has none of the names in client_allowed_sans')
})

// In exporter-toolkit, VerifyPeerCertificate reads the first certificate, and its absence ends the connection.
test.each(['RequestClientCert', 'VerifyClientCertIfGiven'] as const)(
  '%s with allowed names refuses a client without a certificate',
  (clientAuth) => {
    const policy = { clientAuth, clientAllowedSans: ['x'] }
    expect(clientRefusal(policy, clients.none)).toMatch(/sent no certificate/)
    expect(clientRefusal(policy, clients.friend)).toBeUndefined()
  },
)
