import { expect, test } from 'vitest'
import { bridge } from '../../../../src/doctor/checks/bridge.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const br0 = {
  '/sys/class/net/eth0/type': '1\n',
  '/sys/class/net/br0/bridge/bridge_id': '8000.525400000001\n',
}
const filter = (value: string) => ({ '/proc/sys/net/bridge/bridge-nf-call-iptables': `${value}\n` })

test.each([
  ['a bridge without iptables', { ...br0, ...filter('0') }],
  ['a bridge without br_netfilter', br0],
  ['Open vSwitch', { '/sys/module/openvswitch/': '' }],
])('a host with %s is well', async (_, files) => {
  expect(await diagnosed(bridge, hostWith(files))).toEqual([])
})

test('a host without a bridge', async () => {
  const host = hostWith({ '/sys/class/net/eth0/type': '1\n', ...filter('1') })
  expect(await diagnosed(bridge, host)).toEqual(['notice: the host has no bridge'])
})

test('frames that pass through iptables', async () => {
  expect(await diagnosed(bridge, hostWith({ ...br0, ...filter('1') }))).toEqual([
    'notice: frames between guests pass through iptables (bridge-nf-call-iptables is 1)',
  ])
})
