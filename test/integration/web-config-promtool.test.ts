// The web configuration file is accepted and refused as promtool, which is exporter-toolkit, accepts and refuses it.
// Debian's promtool is of 2023 and does not know rate_limit, client_allowed_sans, cert, key and client_ca yet.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WebConfigFile } from '../../src/http/web-config-file.ts'
import { makeAuthority, makeCertificate } from '../helpers/certificates.ts'
import { recordedLog } from '../helpers/recorded-log.ts'
import { scratchDirectory } from '../helpers/scratch.ts'

const hash = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi'
const scalars = [
  ...['', '~', 'null', 'NULL', '"null"', '""', "'x'", 'x', '[]', '[a]', '{}', '{a: b}', '|\n    x\n    y'],
  ...[
    'yes',
    'Yes',
    'YES',
    'yEs',
    'y',
    'N',
    'on',
    'off',
    'true',
    'False',
    '"yes"',
    "'no'",
    '!!bool "on"',
    '!!str no',
  ],
  ...[
    '0',
    '1',
    '-1',
    '1.5',
    '1_000',
    '0x1F',
    '017',
    '.5',
    '.inf',
    '1e3',
    '2020-01-01',
    '"0"',
    '!!str 0',
    '!foo 0',
  ],
  ...['é', 'a: b', 'a #b', 'a#b', '*x', '&x y', '%x', '@x', '"a\\nb"', '>-\n    x', 'deny', 'nosniff'],
]
const tls = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n'
/** Where this program is stricter. The README in src/http has the reasons. */
const acceptedByPromtool = [
  // A second document is ignored by promtool, whatever it says.
  'http_server_config: {}\n---\nbasic_auth_users: {}\n',
  // No client can ever have a certificate of these authorities.
  `${tls}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: server.key\n`,
  `${tls}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: empty.crt\n`,
  // Not a regular file.
  `${tls}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: /dev/null\n`,
  // No password can ever match these hashes.
  `basic_auth_users:\n  a: ${hash}x\n`,
  `basic_auth_users:\n  a: ${hash.slice(0, -1)}\n`,
  `basic_auth_users:\n  a: |\n    ${hash}\n`,
  // Not allowed in HTTP.
  'http_server_config:\n  headers:\n    X-XSS-Protection: "\\x01"\n',
]
const texts = [
  ...scalars.flatMap((value) => [
    `http_server_config:\n  http2: ${value}\n`,
    `http_server_config:\n  headers:\n    X-XSS-Protection: ${value}\n`,
    `http_server_config:\n  headers:\n    X-Frame-Options: ${value}\n`,
    `http_server_config:\n  headers: ${value}\n`,
    `${tls}  prefer_server_cipher_suites: ${value}\n`,
    `${tls}  client_auth_type: ${value}\n`,
    `${tls}  client_ca_file: ${value}\n`,
    `${tls}  cipher_suites: ${value}\n`,
    `${tls}  curve_preferences: ${value}\n`,
    `basic_auth_users:\n  a: ${value}\n`,
    `basic_auth_users: ${value}\n`,
    `tls_server_config: ${value}\n`,
    `${value}\n`,
    `{}\n...\n# ${value.replaceAll('\n', '')}\n`,
  ]),
  ...['NoClientCert', 'RequestClientCert', 'RequireClientCert', 'VerifyClientCertIfGiven', 'x'].flatMap(
    (type) => [
      `${tls}  client_auth_type: ${type}\n`,
      `${tls}  client_auth_type: ${type}\n  client_ca_file: authority.crt\n`,
      `tls_server_config:\n  client_auth_type: ${type}\n`,
    ],
  ),
  ...[
    'min_version: TLS12',
    'min_version: ',
    'max_version: TLS14',
    'cert_file: "", key_file: ""',
    'key_file: x',
  ].map((setting) => `tls_server_config: {${setting}}\n`),
  ...[
    ...['TLS_RSA_WITH_AES_128_CBC_SHA', 'TLS_RSA_WITH_AES_256_CBC_SHA', 'TLS_RSA_WITH_AES_128_GCM_SHA256'],
    ...['TLS_RSA_WITH_AES_256_GCM_SHA384', 'TLS_RSA_WITH_AES_128_CBC_SHA256', 'TLS_RSA_WITH_RC4_128_SHA'],
    ...['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305', 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'],
    ...['TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA', 'tls_aes_128_gcm_sha256', 'TLS_AES_128_GCM_SHA256'],
  ].map((suite) => `${tls}  cipher_suites: [${suite}]\n`),
  ...['1001', 'yes', '"a b"', '""', '[a]', 'a: b', '<<'].map(
    (user) => `basic_auth_users:\n  ${user}: ${hash}\n`,
  ),
  ...['$2a$', '$2b$', '$2x$', '$2$', '$3y$', '2y$'].map(
    (version) => `basic_auth_users:\n  a: ${hash.replace('$2y$', version)}\n`,
  ),
  ...['03', '04', '31', '32', '5', 'xx'].map(
    (cost) => `basic_auth_users:\n  a: ${hash.replace('10', cost)}\n`,
  ),
  `basic_auth_users:\n  a: &h ${hash}\n  b: *h\n`,
  `basic_auth_users:\n  a: ${hash}\n  a: ${hash}\n`,
  `basic_auth_users:\n  1: ${hash}\n  "1": ${hash}\n`,
  'basic_auth_users: {}\n---\n',
  '%YAML 1.1\n---\n{}\n',
  '\ufeff{}\n',
  'http_server_config:\r\n  http2: no\r\n',
  'http_server_config:\n\thttp2: no\n',
  'http_server_config:\n  http2:\tno\n',
  'http_server_config: {http2: no, }\n',
  'http_server_config: {http2:no}\n',
  '? http_server_config\n: {http2: no}\n',
  'http_server_config: {}\nhttp_server_config: {}\n',
  ...acceptedByPromtool,
]

test('accepts the files that promtool accepts, except for a few with a reason', () => {
  const directory = scratchDirectory()
  const authority = makeAuthority(directory, 'authority')
  makeCertificate(directory, authority, 'server', 'IP:127.0.0.1')
  writeFileSync(join(directory, 'empty.crt'), '')
  const paths = texts.map((text, index) => {
    const path = join(directory, `${index}.yml`)
    writeFileSync(path, text)
    return path
  })
  const { stdout, stderr } = spawnSync('promtool', ['check', 'web-config', ...paths], { encoding: 'utf8' })
  const verdicts = new Map(
    `${stdout}${stderr}`
      .split('\n')
      .map((line) => / ?(\S+\.yml) (SUCCESS|FAILED)/.exec(line))
      .flatMap((match) => (match === null ? [] : [[match[1]!, match[2] === 'SUCCESS'] as const])),
  )
  expect(verdicts.size).toBe(texts.length)

  const isAccepted = (path: string): boolean => {
    try {
      return new WebConfigFile(path, recordedLog().log).current() !== undefined
    } catch (error) {
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
      return false
    }
  }
  const differing = texts.filter((_text, index) => isAccepted(paths[index]!) !== verdicts.get(paths[index]!))
  expect(differing).toEqual(acceptedByPromtool)
})
