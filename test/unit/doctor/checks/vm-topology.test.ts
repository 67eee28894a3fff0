import { expect, test } from 'vitest'
import { vmTopology } from '../../../../src/doctor/checks/vm-topology.ts'
import { diagnosedVm, vcpus } from '../../../helpers/doctor-host.ts'

const cpus = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, cpu) => [`/sys/devices/system/cpu/cpu${cpu}/`, '']))
const sockets = (count: number) => ({ topology: { sockets: count, cores: 1, threads: 1 } })
const windows = { guestOs: 'http://microsoft.com/win/10', vcpus: vcpus(4) }

test('as many vCPUs as CPUs, and two sockets, are well', async () => {
  expect(await diagnosedVm(vmTopology, { vm: windows, tuning: sockets(2) }, cpus(4))).toEqual([])
})

test('more vCPUs than CPUs', async () => {
  expect(await diagnosedVm(vmTopology, { vm: { vcpus: vcpus(5) } }, cpus(4))).toEqual([
    'warning: it has 5 vCPUs on a host with 4 CPUs',
  ])
})

test('more sockets than Windows uses', async () => {
  expect(await diagnosedVm(vmTopology, { vm: windows, tuning: sockets(3) }, cpus(4))).toEqual([
    'notice: a Windows guest has 3 sockets',
  ])
  const linux = { ...windows, guestOs: 'http://debian.org/debian/12' }
  expect(await diagnosedVm(vmTopology, { vm: linux, tuning: sockets(3) }, cpus(4))).toEqual([])
})
