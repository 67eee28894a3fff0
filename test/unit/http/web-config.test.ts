import { expect, test } from 'vitest'
import { parseWebConfig } from '../../../src/http/web-config.ts'

const hash = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi'

test('an empty file sets nothing', () => {
  expect(parseWebConfig('', '/etc/web.yml')).toEqual({
    tls: undefined,
    asksForHttp2: false,
    headers: {},
    users: new Map(),
    rateLimit: undefined,
  })
})

test('reads every key', () => {
  const text = `
tls_server_config:
  cert_file: server.crt
  key_file: /keys/server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [prometheus.example]
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  curve_preferences: [X25519, CurveP256]
  prefer_server_cipher_suites: false
http_server_config:
  http2: true
  headers:
    X-Frame-Options: sameorigin
basic_auth_users:
  alice: ${hash}
rate_limit:
  interval: 1s
  burst: 20
`
  expect(parseWebConfig(text, '/etc/kvminfo/web.yml')).toEqual({
    tls: {
      certificate: { file: '/etc/kvminfo/server.crt' },
      key: { file: '/keys/server.key' },
      clientAuth: 'RequireAndVerifyClientCert',
      clientCa: { file: '/etc/kvminfo/ca.crt' },
      clientAllowedSans: ['prometheus.example'],
      minVersion: 'TLS12',
      maxVersion: 'TLS13',
      cipherSuites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
      curves: ['X25519', 'CurveP256'],
      prefersServerCiphers: false,
    },
    asksForHttp2: true,
    headers: { 'X-Frame-Options': 'sameorigin' },
    users: new Map([['alice', hash]]),
    rateLimit: { intervalMs: 1_000, burst: 20 },
  })
})

test('uses the defaults of TLS; the file may contain the certificates itself', () => {
  expect(parseWebConfig('tls_server_config: {cert: C, key: K}', '/w').tls).toEqual({
    certificate: { text: 'C' },
    key: { text: 'K' },
    clientAuth: 'NoClientCert',
    clientCa: undefined,
    clientAllowedSans: undefined,
    minVersion: 'TLS12',
    maxVersion: 'TLS13',
    cipherSuites: [],
    curves: [],
    prefersServerCiphers: true,
  })
})

test('an interval of 0 means no rate limit; sections may be empty', () => {
  expect(
    parseWebConfig('rate_limit: {interval: 0, burst: 1}\nbasic_auth_users:\n', '/w').rateLimit,
  ).toBeUndefined()
})

const pair = 'cert: C, key: K'
test.each([
  ['tls_config: {}', 'w:1: tls_config: unknown key'],
  ['tls_server_config: {cert_flie: x}', 'w:1: tls_server_config.cert_flie: unknown key'],
  ['tls_server_config: {min_version: TLS12}', 'w:1: tls_server_config: cert or cert_file is missing'],
  ['tls_server_config: {cert: C}', 'w:1: tls_server_config: key or key_file is missing'],
  [`tls_server_config: {${pair}, cert_file: x}`, 'w:1: tls_server_config: give cert or cert_file, not both'],
  [
    `tls_server_config: {${pair}, client_ca: C}`,
    'w:1: tls_server_config: a client CA is given, but client_auth_type does not ask for a certificate',
  ],
  [
    `tls_server_config: {${pair}, client_auth_type: RequireAndVerifyClientCert}`,
    'w:1: tls_server_config: client_auth_type RequireAndVerifyClientCert needs client_ca_file or client_ca',
  ],
  [
    `tls_server_config: {${pair}, client_auth_type: RequestClientCert, client_allowed_sans: [x]}`,
    'w:1: tls_server_config: client_allowed_sans needs client_auth_type RequireAnyClientCert or RequireAndVerifyClientCert',
  ],
  [
    `tls_server_config: {${pair}, min_version: TLS14}`,
    'w:1: tls_server_config.min_version: Invalid option: expected one of "TLS10"|"TLS11"|"TLS12"|"TLS13"',
  ],
  [
    `tls_server_config: {${pair}, curve_preferences: [P-256]}`,
    'w:1: tls_server_config.curve_preferences.0: Invalid option: expected one of "CurveP256"|"CurveP384"|"CurveP521"|"X25519"',
  ],
  [
    'http_server_config: {http2: "on"}',
    'w:1: http_server_config.http2: Invalid input: expected boolean, received string',
  ],
  [
    'http_server_config:\n  headers:\n    Server: x\n',
    'w:3: http_server_config.headers.Server: this header cannot be set; these can: Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection, Content-Security-Policy',
  ],
  [
    'http_server_config: {headers: {X-Frame-Options: allow}}',
    'w:1: http_server_config.headers.X-Frame-Options: must be deny or sameorigin',
  ],
  [
    'http_server_config: {headers: {Content-Security-Policy: "a\\nb"}}',
    'w:1: http_server_config.headers.Content-Security-Policy: contains a character that is not allowed in headers',
  ],
  [
    'basic_auth_users:\n  alice: hunter2\n',
    'w:2: basic_auth_users.alice: is not a bcrypt hash; create one with: htpasswd -nBC 10 ""',
  ],
  ['rate_limit: {interval: 1, burst: 1}', 'w:1: rate_limit.interval: must be a duration such as 1s or 100ms'],
  [
    'rate_limit: {interval: 1 s, burst: 1}',
    'w:1: rate_limit.interval: must be a duration such as 1s or 100ms',
  ],
  ['rate_limit: {interval: 1s, burst: 0}', 'w:1: rate_limit.burst: Too small: expected number to be >=1'],
])('refuses %s', (text, message) => {
  expect(() => parseWebConfig(text, 'w')).toThrowError(
    expect.objectContaining({ message, code: 'CONFIG_INVALID' }),
  )
})
