import { expect, test } from 'vitest'
import { parseWebConfig } from '../../../src/http/web-config.ts'

const hash = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi'

test('an empty file sets nothing', () => {
  expect(parseWebConfig('', '/etc/web.yml')).toEqual({
    tls: undefined,
    headers: {},
    users: new Map(),
    rateLimit: undefined,
    warnings: [],
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
    headers: { 'X-Frame-Options': 'sameorigin' },
    users: new Map([['alice', hash]]),
    rateLimit: { intervalMs: 1_000, burst: 20 },
    warnings: ['http2 is set, but this server has no HTTP/2; clients use HTTP/1.1'],
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
  ['tls_server_config: {cert: C}', 'w:1: tls_server_config: key or key_file is missing'],
  [
    `tls_server_config: {${pair}, client_ca: C}`,
    'w:1: tls_server_config: a client CA is given, but client_auth_type does not ask for a certificate',
  ],
  [
    `tls_server_config: {${pair}, client_allowed_sans: [x]}`,
    'w:1: tls_server_config: client_allowed_sans is given, but client_auth_type does not ask for a certificate',
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
    'w:1: http_server_config.http2: must be true or false (or yes, no, on, off), without quotes',
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
    'http_server_config: {headers: {Content-Security-Policy: "a\\0b"}}',
    'w:1: http_server_config.headers.Content-Security-Policy: contains a control character',
  ],
  [
    'basic_auth_users:\n  alice: hunter2\n',
    'w:2: basic_auth_users.alice: is not a bcrypt hash; create one with: htpasswd -nBC 10 ""',
  ],
  [
    'rate_limit: {interval: "1", burst: 1}',
    'w:1: rate_limit.interval: must be a duration such as 1s or 100ms',
  ],
  [
    'rate_limit: {interval: 1s, burst: many}',
    'w:1: rate_limit.burst: must be a whole number, without quotes',
  ],
  ['basic_auth_users: [a]', 'w:1: basic_auth_users: must be a map'],
  [
    'basic_auth_users: {__proto__: x}',
    'w:1: basic_auth_users.__proto__: is not a bcrypt hash; create one with: htpasswd -nBC 10 ""',
  ],
  [
    'basic_auth_users: {alice: }',
    'w:1: basic_auth_users.alice: is not a bcrypt hash; create one with: htpasswd -nBC 10 ""',
  ],
  ['tls_server_config: {cert_file: a}\n---\n{}', 'w:2: not valid YAML: multiple docs'],
  [
    'rate_limit: {interval: 1 s, burst: 1}',
    'w:1: rate_limit.interval: must be a duration such as 1s or 100ms',
  ],
])('refuses %s', (text, message) => {
  expect(() => parseWebConfig(text, 'w')).toThrowError(
    expect.objectContaining({ message, code: 'CONFIG_INVALID' }),
  )
})

const inTls = (settings: string) => parseWebConfig(`tls_server_config: {${pair}, ${settings}}`, '/d/w').tls

test('prefers a file to a text if both are given, and treats an empty text as absent', () => {
  expect(inTls('cert_file: x, key_file: "", client_auth_type: ""')).toMatchObject({
    certificate: { file: '/d/x' },
    key: { text: 'K' },
    clientAuth: 'NoClientCert',
  })
})

test('keys without a value have their defaults', () => {
  expect(
    inTls('min_version: , cipher_suites: ~, curve_preferences: , client_allowed_sans: , client_ca: '),
  ).toEqual(inTls('prefer_server_cipher_suites: on'))
})

test.each([
  '{}',
  '',
  '~',
  '{cert_file: "", key_file: ""}',
  '{min_version: TLS12}',
  '{client_allowed_sans: [x]}',
])('tls_server_config: %s does not switch TLS on', (section) => {
  expect(parseWebConfig(`tls_server_config: ${section}`, '/w').tls).toBeUndefined()
})

test.each([
  ['0', '0'],
  ['1; mode=block', '1; mode=block'],
  ['', ''],
  ['"a\\nb"', 'a b'],
  ['"  a\\r\\n"', 'a'],
  ['é', '\u00c3\u00a9'],
])('sends a header as the exporters in Go do: %s', (text, value) => {
  const { headers } = parseWebConfig(`http_server_config: {headers: {X-XSS-Protection: ${text}}}`, '/w')
  expect(headers).toEqual({ 'X-XSS-Protection': value })
})

test('takes the name of a user as it is written', () => {
  const names = ['1001', '0x10', 'yes', '"a b"', '1e3', '__proto__', 'constructor']
  const text = `basic_auth_users:\n${names.map((name) => `  ${name}: ${hash}\n`).join('')}`
  expect([...parseWebConfig(text, '/w').users.keys()]).toEqual(names.map((name) => name.replaceAll('"', '')))
})

test.each(['$2$', '$2a$', '$2b$', '$2x$', '$2y$'])('accepts the version %s of bcrypt', (version) => {
  const text = hash.replace('$2y$', version)
  expect(parseWebConfig(`basic_auth_users: {a: ${text}}`, '/w').users.get('a')).toBe(text)
})

test.each([
  ['{interval: 1s}', { intervalMs: 1_000, burst: 0 }],
  ['{interval: "1s", burst: 2.9}', { intervalMs: 1_000, burst: 2 }],
  // A number without a unit counts nanoseconds.
  ['{interval: 1000000, burst: 0x10}', { intervalMs: 1, burst: 16 }],
  ['{interval: 1m, burst: -1}', { intervalMs: 60_000, burst: -1 }],
  ['{burst: 3}', undefined],
  ['{interval: -1s, burst: 3}', undefined],
  ['{interval: "0", burst: 0}', undefined],
  ['{interval: , burst: }', undefined],
  ['{}', undefined],
  ['', undefined],
])('rate_limit: %s', (section, limit) => {
  expect(parseWebConfig(`rate_limit: ${section}`, '/w').rateLimit).toEqual(limit)
})

test.each([
  ['tls_server_config: {min_version: TLS12}', 'tls_server_config has no certificate, so there is no TLS'],
  [
    `tls_server_config: {${pair}, client_auth_type: VerifyClientCertIfGiven}`,
    'no client_ca_file is given, so client certificates are checked against the authorities that this system trusts',
  ],
  ['rate_limit: {interval: 1s}', 'rate_limit has a burst of 0, so every request is refused'],
  [
    'rate_limit: {interval: 5, burst: 1}',
    'the interval of rate_limit is in nanoseconds; write 1s for one second',
  ],
])('warns: %s', (text, warning) => {
  expect(parseWebConfig(text, '/w').warnings).toEqual([warning])
})
