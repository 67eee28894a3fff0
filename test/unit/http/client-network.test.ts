import { expect, test } from 'vitest'
import { networkOf } from '../../../src/http/client-network.ts'

test.each([
  ['192.0.2.7', '192.0.2.7'],
  // An IPv4 client of a socket that listens on IPv6 too.
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:db8::5', '2001:db8:0:0::/64'],
  ['2001:db8:0:1::', '2001:db8:0:1::/64'],
  ['fe80::1:2:3:4%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  [undefined, 'local'],
])('the address %s belongs to %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
