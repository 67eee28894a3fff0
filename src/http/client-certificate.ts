// Decides by a TLS client's certificate whether the client may connect: the five policies of Go's ClientAuthType.
import { isIPv6, SocketAddress } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { ClientAuthType } from './tls-names.ts'

/**
 * The values in an X509Certificate's `subjectAltName`, such as `DNS:a.example, IP Address:127.0.0.1, URI:spiffe://x`.
 * Node writes a value as a JSON string if it could otherwise be read as more than one. IPv6 addresses are returned in
 * their short form (`::1`), as Go compares them; Node writes all eight groups.
 */
export function parseSubjectAltName(text: string): string[] {
  const entries = text.matchAll(/(?:^|, )(?:DNS|IP Address|email|URI):("(?:[^"\\]|\\.)*"|[^,]*)/g)
  return [...entries].map(([, value]) => {
    const name = value!.startsWith('"') ? (JSON.parse(value!) as string) : value!
    return isIPv6(name) ? new SocketAddress({ address: name, family: 'ipv6' }).address : name
  })
}

export interface ClientPolicy {
  readonly clientAuth: ClientAuthType
  /** The client must send a certificate with at least one of these exact names; undefined allows every client. */
  readonly clientAllowedSans: readonly string[] | undefined
}

/** Why the client is refused; undefined if it may connect. The handshake of `socket` must be complete. */
export function clientRefusal(
  { clientAuth, clientAllowedSans }: ClientPolicy,
  socket: Pick<TLSSocket, 'authorized' | 'authorizationError' | 'getPeerX509Certificate'>,
): string | undefined {
  if (clientAuth === 'NoClientCert') return undefined
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) {
    if (clientAuth.startsWith('Require')) return 'the client sent no certificate'
    return (
      clientAllowedSans &&
      'the client sent no certificate, so it has none of the names in client_allowed_sans'
    )
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
