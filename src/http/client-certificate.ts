// Decides by a TLS client's certificate whether the client may connect: the five policies of Go's ClientAuthType.
import type { TLSSocket } from 'node:tls'
import type { ClientAuthType } from './tls-names.ts'

/**
 * The values in an X509Certificate's `subjectAltName`, such as `DNS:a.example, IP Address:127.0.0.1, URI:spiffe://x`.
 * Node writes a value as a JSON string if it could otherwise be read as more than one.
 */
export function parseSubjectAltName(text: string): string[] {
  const entries = text.matchAll(/(?:^|, )(?:DNS|IP Address|email|URI):("(?:[^"\\]|\\.)*"|[^,]*)/g)
  return [...entries].map(([, value]) => (value!.startsWith('"') ? (JSON.parse(value!) as string) : value!))
}

export interface ClientPolicy {
  readonly clientAuth: ClientAuthType
  /** The certificate must have at least one of these exact names; undefined allows every name. */
  readonly clientAllowedSans: readonly string[] | undefined
}

/** Why the client is refused; undefined if it may connect. The handshake of `socket` must be complete. */
export function clientRefusal(
  { clientAuth, clientAllowedSans }: ClientPolicy,
  socket: Pick<TLSSocket, 'authorized' | 'authorizationError' | 'getPeerX509Certificate'>,
): string | undefined {
  if (clientAuth === 'NoClientCert' || clientAuth === 'RequestClientCert') return undefined
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) {
    return clientAuth === 'VerifyClientCertIfGiven' ? undefined : 'the client sent no certificate'
  }
  if (clientAuth.includes('Verify') && !socket.authorized) {
    return `the client certificate is not trusted: ${socket.authorizationError}`
  }
  const names = parseSubjectAltName(certificate.subjectAltName ?? '')
  if (clientAllowedSans !== undefined && !names.some((name) => clientAllowedSans.includes(name))) {
    return 'the client certificate has none of the names in client_allowed_sans'
  }
  return undefined
}
