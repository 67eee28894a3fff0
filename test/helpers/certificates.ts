// Certificates made with openssl, as an operator would make them: for an authority, a server, clients and a stranger.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
  readonly cert: string
  readonly key: string
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

function keyOf(directory: string, name: string): string {
  const keyFile = join(directory, `${name}.key`)
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', keyFile)
  return keyFile
}

function loaded(certFile: string, keyFile: string): Certificate {
  return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
}

export function makeAuthority(directory: string, name: string): Certificate {
  const keyFile = keyOf(directory, name)
  const certFile = join(directory, `${name}.crt`)
  openssl('req', '-x509', '-new', '-key', keyFile, '-subj', `/CN=${name}`, '-days', '2', '-out', certFile)
  return loaded(certFile, keyFile)
}

/** `names` in openssl's format: `DNS:a.example,IP:127.0.0.1`. */
export function makeCertificate(
  directory: string,
  authority: Certificate,
  name: string,
  names: string,
): Certificate {
  const keyFile = keyOf(directory, name)
  const requestFile = join(directory, `${name}.csr`)
  const extensionFile = join(directory, `${name}.ext`)
  const certFile = join(directory, `${name}.crt`)
  writeFileSync(extensionFile, `subjectAltName=${names}\n`)
  openssl('req', '-new', '-key', keyFile, '-subj', `/CN=${name}`, '-out', requestFile)
  openssl(
    ...['x509', '-req', '-in', requestFile, '-days', '2', '-out', certFile, '-extfile', extensionFile],
    ...['-CA', authority.certFile, '-CAkey', authority.keyFile, '-CAcreateserial'],
  )
  return loaded(certFile, keyFile)
}
