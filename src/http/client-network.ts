// Which clients share their places. An IPv4 address counts for itself. Whoever has one IPv6 address usually has the whole
// /64 around it, so the /64 counts.
import { isIPv6 } from 'node:net'

/** Such as `192.0.2.7`, `2001:db8:0:1::/64`, or `local` for a Unix socket, whose clients have no address. */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return 'local'
  const [, ipv4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (ipv4 !== undefined) return ipv4
  return isIPv6(address) ? `${firstFourGroups(address).join(':')}::/64` : address
}

function firstFourGroups(address: string): string[] {
  const [before = '', after] = address.split('%')[0]!.split('::')
  const head = before === '' ? [] : before.split(':')
  if (after === undefined) return head.slice(0, 4)
  const tail = after === '' ? [] : after.split(':')
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return [...head, ...zeros, ...tail].slice(0, 4)
}

/** How many members each network has. */
export function countByNetwork(members: Iterable<{ readonly network: string }>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { network } of members) counts.set(network, (counts.get(network) ?? 0) + 1)
  return counts
}
