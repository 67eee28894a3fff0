// Certificates, keys and client CAs that the web configuration file names: what is no such file is refused at the start.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WebConfigFile } from '../../src/http/web-config-file.ts'
import { makeAuthority, makeCertificate } from '../helpers/certificates.ts'
import { oddFiles } from '../helpers/odd-files.ts'
import { recordedLog } from '../helpers/recorded-log.ts'
import { scratchDirectory } from '../helpers/scratch.ts'

const load = (path: string) => new WebConfigFile(path, recordedLog().log)

test('refuses everything but regular files of up to 1 MiB, without waiting, and names the file', () => {
  const directory = scratchDirectory()
  makeCertificate(directory, makeAuthority(directory, 'authority'), 'server', 'IP:127.0.0.1')
  const good = {
    cert_file: 'server.crt',
    key_file: 'server.key',
    client_ca_file: 'authority.crt',
    client_auth_type: 'RequireAndVerifyClientCert',
  }
  const path = join(directory, 'web.yml')
  const loadWith = (settings: Readonly<Record<string, string>>) => {
    writeFileSync(path, JSON.stringify({ tls_server_config: settings }))
    return load(path)
  }
  expect(loadWith(good).current().tls).toBeDefined()
  for (const name of ['cert_file', 'key_file', 'client_ca_file']) {
    for (const odd of Object.values(oddFiles(scratchDirectory()))) {
      expect(() => loadWith({ ...good, [name]: odd })).toThrow(`web configuration: cannot read ${odd}`)
    }
  }
})

test.each(['', 'no certificate\n', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
  'refuses the client CA %j, with which Node would trust all public authorities or nobody',
  (authorities) => {
    const directory = scratchDirectory()
    makeCertificate(directory, makeAuthority(directory, 'authority'), 'server', 'IP:127.0.0.1')
    writeFileSync(join(directory, 'ca.crt'), authorities)
    const path = join(directory, 'web.yml')
    writeFileSync(
      path,
      `tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
`,
    )
    expect(() => load(path)).toThrow(
      expect.objectContaining({ cause: new Error('the client CA contains no certificate') }),
    )
  },
)
