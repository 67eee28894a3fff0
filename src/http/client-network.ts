// Who shares a place in a queue: an IPv4 address, or an IPv6 network of 64 bits, whose addresses one client can all use.
import { isIPv6 } from 'node:net'

/** Of a socket's `remoteAddress`; the empty text for a socket without one, such as a Unix socket. */
export function clientNetwork(address: string | undefined): string {
  if (address === undefined) return ''
  const [, ipv4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (ipv4 !== undefined) return ipv4
  const [plain = ''] = address.split('%')
  if (!isIPv6(plain)) return address
  const [before = '', after] = plain.split('::')
  const groups = before === '' ? [] : before.split(':')
  const missing = after === undefined ? 0 : 8 - groups.length - after.split(':').filter(Boolean).length
  const all = [...groups, ...Array(missing).fill('0'), ...(after ?? '').split(':')]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
