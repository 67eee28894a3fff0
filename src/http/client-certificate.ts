// Whether a TLS client may in, by the certificate that it showed: the five policies of Go's ClientAuthType.
import type { TLSSocket } from 'node:tls'
import type { ClientAuthType } from './tls-names.ts'

/**
 * The values of an X509Certificate's `subjectAltName`: `DNS:a.example, IP Address:127.0.0.1, URI:spiffe://x`.
 * Node writes a value as a JSON string where it could be mistaken for more than one.
 */
export function parseSubjectAltName(text: string): string[] {
  const entries = text.matchAll(/(?:^|, )(?:DNS|IP Address|email|URI):("(?:[^"\\]|\\.)*"|[^,]*)/g)
  return [...entries].map(([, value]) => (value!.startsWith('"') ? (JSON.parse(value!) as string) : value!))
}

export interface ClientPolicy {
  readonly clientAuth: ClientAuthType
  /** Exact names, of which the certificate must have one. */
  readonly clientAllowedSans: readonly string[] | undefined
}

/** Why the client is refused, or undefined. For a connection whose handshake is done. */
export function refusalOfClient(
  { clientAuth, clientAllowedSans }: ClientPolicy,
  socket: Pick<TLSSocket, 'authorized' | 'authorizationError' | 'getPeerX509Certificate'>,
): string | undefined {
  if (clientAuth === 'NoClientCert' || clientAuth === 'RequestClientCert') return undefined
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) {
    return clientAuth === 'VerifyClientCertIfGiven' ? undefined : 'no client certificate'
  }
  if (clientAuth.includes('Verify') && !socket.authorized) {
    return `client certificate not trusted: ${socket.authorizationError}`
  }
  const names = parseSubjectAltName(certificate.subjectAltName ?? '')
  if (clientAllowedSans !== undefined && !names.some((name) => clientAllowedSans.includes(name))) {
    return 'client certificate has none of client_allowed_sans'
  }
  return undefined
}
