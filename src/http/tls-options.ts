// Turns TLS settings and the PEM texts that they name into the options of a Node TLS server.
import { constants, X509Certificate } from 'node:crypto'
import { createSecureContext, getCACertificates, type SecureContextOptions } from 'node:tls'
import { cipherSuites, curves, tlsVersions } from './tls-names.ts'
import type { TlsSettings } from './web-config.ts'

export interface PemTexts {
  readonly certificate: string
  readonly key: string
  readonly clientCa: string | undefined
}

/** TLS 1.0 and 1.1 need security level 0, because OpenSSL forbids them from level 1 on. */
function cipherList(settings: TlsSettings): string | undefined {
  const names: string[] = settings.cipherSuites.map((name) => cipherSuites[name])
  const isOld = settings.minVersion === 'TLS10' || settings.minVersion === 'TLS11'
  if (isOld) return [...(names.length === 0 ? ['DEFAULT'] : names), '@SECLEVEL=0'].join(':')
  return names.length === 0 ? undefined : names.join(':')
}

const pemCertificate = /-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs

function isReadable(pem: string): boolean {
  try {
    new X509Certificate(pem)
    return true
  } catch {
    return false
  }
}

/**
 * The certificates by which clients are verified: those of the given text that can be read, as in Go, or those that the
 * system trusts. Never none, because Node then trusts the public authorities that it knows.
 */
function clientAuthorities(
  { clientAuth, clientCa }: TlsSettings,
  text: string | undefined,
): string[] | undefined {
  if (clientCa === undefined && !clientAuth.includes('Verify')) return undefined
  const authorities =
    clientCa === undefined
      ? getCACertificates('system')
      : (text?.match(pemCertificate) ?? []).filter(isReadable)
  if (authorities.length > 0) return [...new Set(authorities)]
  throw new Error(
    clientCa === undefined
      ? 'this system trusts no certificate authorities, so client_ca_file must name some'
      : 'the client CA contains no certificate',
  )
}

/** Throws OpenSSL's error if a PEM text is invalid, or if certificate and key do not belong together; or an error about the client CA. */
export function createTlsOptions(settings: TlsSettings, pem: PemTexts): SecureContextOptions {
  const ciphers = cipherList(settings)
  const authorities = clientAuthorities(settings, pem.clientCa)
  const options: SecureContextOptions = {
    cert: pem.certificate,
    key: pem.key,
    minVersion: tlsVersions[settings.minVersion],
    maxVersion: tlsVersions[settings.maxVersion],
    honorCipherOrder: settings.prefersServerCiphers,
    ...(authorities !== undefined && { ca: authorities }),
    ...(ciphers !== undefined && { ciphers }),
    ...(settings.curves.length > 0 && { ecdhCurve: settings.curves.map((name) => curves[name]).join(':') }),
    // No session tickets, because a client does not send its certificate again when it resumes a session, and every
    // connection must be judged by the certificate that it sends.
    ...(settings.clientAuth !== 'NoClientCert' && { secureOptions: constants.SSL_OP_NO_TICKET }),
  }
  createSecureContext(options)
  return options
}
