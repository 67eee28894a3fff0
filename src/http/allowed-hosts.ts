// Refuses requests that came to a loopback address under the name of somebody else's host. A web page can give its own name
// the address 127.0.0.1 (DNS rebinding), and a browser on this host would let it read what the server answers. The browser
// sends the name of the page as Host, so that name gives it away.
import type { Server } from 'node:http'
import { BlockList, isIP, isIPv6 } from 'node:net'
import type { Request, RequestHandler } from 'express'
import { KvminfoError } from '../errors.ts'
import { refuse } from './refuse.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Also true for IPv4 addresses written as IPv6. */
function isLoopback(address: string): boolean {
  return isIP(address) !== 0 && loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/**
 * The host of a `Host` header or an authority, without its port, in the form in which browsers send it: `[::1]` becomes
 * `::1`, `LOCALHOST.` becomes `localhost`, `127.1` becomes `127.0.0.1`. Undefined if it is no host.
 */
function canonicalHost(text: string): string | undefined {
  if (/[\s/\\?#@]/.test(text)) return undefined
  const host = URL.parse(`http://${text}/`)?.hostname
  return host?.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/** Parses a name or an address without a port, such as the value of `--web.allowed-host`. Throws CONFIG_INVALID. */
export function parseAllowedHost(text: string): string {
  const authority = isIPv6(text) ? `[${text}]` : text
  const hasPort = authority === text && text.includes(':')
  const host = hasPort ? undefined : canonicalHost(authority)
  // A pattern such as *.example would match nothing.
  if (host !== undefined && (isIPv6(host) || /^[a-z\d._-]+$/.test(host))) return host
  throw new KvminfoError(
    'CONFIG_INVALID',
    `'${text}' is not a host name such as kvm1.example, without a port`,
  )
}

/** True if the listener on which the request came has a loopback address. */
function cameToLoopback(request: Request): boolean {
  // The server that accepted a connection. Node sets it for its own use, on TLS connections too.
  const { server } = request.socket as typeof request.socket & { readonly server?: Server }
  const address = server?.address()
  return typeof address === 'object' && address !== null && isLoopback(address.address)
}

const advice = `This server does not know the host name in this request. It listens on a loopback address, where it answers
only to names that it knows, so that web pages of other hosts cannot read what it says.
Use localhost or the address, or start the server with --web.allowed-host and the name, for example behind a proxy that
passes on the name that its clients use.`

/**
 * Answers 421 to requests on loopback listeners whose host is not known. Known are localhost, all loopback addresses and
 * `names`, which are names or addresses without a port. The port is not compared. A request without Host passes, because
 * no browser sends one.
 */
export function onlyKnownHosts(names: Iterable<string>): RequestHandler {
  const known = new Set(['localhost', ...[...names].map(parseAllowedHost)])
  return (request, response, next) => {
    const { host: header } = request.headers
    if (header === undefined || !cameToLoopback(request)) {
      next()
      return
    }
    const host = canonicalHost(header)
    if (host !== undefined && (known.has(host) || isLoopback(host))) next()
    else refuse(response, 421, advice)
  }
}
