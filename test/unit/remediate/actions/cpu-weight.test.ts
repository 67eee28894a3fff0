import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { PlanInput } from '../../../../src/remediate/actions/action.ts'
import { libvirtScope, putIntoGroup } from '../../../helpers/cgroup-files.ts'
import { hostToPlan, unmet } from '../../../helpers/remediate/planned.ts'

function hostWithGroup(group: Parameters<typeof putIntoGroup>[2] = {}) {
  const host = hostToPlan()
  putIntoGroup(host, host.vm.pid, group)
  return host
}

test('raises the weight of the VM to four times the default, by turns, with the command for the same', async () => {
  const { planned, sysfs, vm } = hostWithGroup()
  const plan = await planned('cpu-weight')
  expect(plan.operations).toEqual([{ kind: 'cpu-weight', vm, file: 'cpu.weight', from: 100, to: 400 }])
  expect(plan.changes).toEqual([
    {
      what: `${sysfs}/fs/cgroup${libvirtScope}/cpu.weight`,
      now: '100 (1 times the default)',
      next: '400 (4 times the default)',
    },
  ])
  expect(plan).toMatchObject({
    ...{ isLeased: false, risk: 'low', takesEffect: 'live', owner: 'nobody else' },
    measurement: { design: 'switchback', metric: 'run-delay' },
    commands: [`virsh schedinfo ${vm.uuid} --live --set cpu_shares=400`],
  })
  expect(unmet(plan)).toEqual([])
})

test('on version 1 of cgroups, on its scale', async () => {
  const { planned } = hostWithGroup({ controllers: 'cpu,cpuacct' })
  expect((await planned('cpu-weight')).operations).toMatchObject([
    { file: 'cpu.shares', from: 1024, to: 4096 },
  ])
})

test('the policy says how much, within the bound of the actuator', async () => {
  const { planned } = hostWithGroup()
  const policy = 'actions: {cpu-weight: {weight: 12.5}}\n'
  const plan = await planned('cpu-weight', { policy })
  expect(plan.operations).toMatchObject([{ to: 1_250 }])
  expect(unmet(plan)).toEqual(['the weight is at most 10 times the default (12.5)'])
  expect(unmet(await planned('cpu-weight', { policy: `${policy}actuator: {max_cpu_weight: 12.5}` }))).toEqual(
    [],
  )
})

test.each([400, 401])('refuses a VM that has weight %i already', async (weight) => {
  const { plan } = hostWithGroup({ weight })
  expect(await plan('cpu-weight')).toEqual({
    refused: expect.stringContaining(`is ${weight} already; the policy wants 400`),
  })
})

test('refuses a VM without a group of its own, and says what has an effect there', async () => {
  const { plan } = hostWithGroup({ own: '/user.slice/user-0.slice/session-1.scope' })
  expect(await plan('cpu-weight')).toEqual({
    refused: expect.stringContaining('sched-tier with tier safe:1'),
  })
})

test('refuses an alert without a VM', async () => {
  expect(await hostWithGroup().plan('cpu-weight', { isOfHost: true })).toEqual({
    refused: expect.stringContaining('the alert names none'),
  })
})

test('needs a VM without a quota', async () => {
  const { planned, sysfs } = hostWithGroup()
  const quota = join(sysfs, 'fs/cgroup/machine.slice/cpu.max')
  mkdirSync(dirname(quota), { recursive: true })
  writeFileSync(quota, '50000 100000\n')
  expect(unmet(await planned('cpu-weight'))).toEqual([
    'the VM has no CPU quota, which a weight does not lift (a quota is set)',
  ])
})

test('needs vCPUs without a real-time policy', async () => {
  const { planned, tids } = hostWithGroup()
  const [tid] = tids[0] as [number]
  const plan = await planned('cpu-weight', {
    change: (input) => {
      const tasks = new Map(input.sample.tasks)
      tasks.set(tid, { ...tasks.get(tid)!, policy: 2 })
      return { sample: { ...input.sample, tasks } }
    },
  })
  expect(unmet(plan)).toEqual(['no vCPU has a real-time policy, for which a weight has no effect (1 of 2)'])
})

test('the command for a VM that libvirt does not know writes the file', async () => {
  const host = hostToPlan({ libvirt: false })
  const file = putIntoGroup(host, host.vm.pid, {
    own: '/qemu.slice/100.scope',
    inner: '/qemu.slice/100.scope',
  })
  expect((await host.planned('cpu-weight')).commands).toEqual([`echo 400 > '${file}'`])
})

test('leaves the weight to Proxmox, with its own command', async () => {
  const { planned, vm } = hostWithGroup({ own: '/qemu.slice/100.scope', inner: '/qemu.slice/100.scope' })
  const owner = { manager: 'proxmox', name: '100', group: '', flavor: '' } as const
  const change = (input: PlanInput) => ({ vm: { ...input.vm!, owner } })
  expect(await planned('cpu-weight', { change })).toMatchObject({
    target: { vm },
    ...{ owner: 'Proxmox VE', operations: [], commands: ['qm set 100 --cpuunits 400'] },
  })
})

test('sends the operator of a pod to KubeVirt', async () => {
  const { plan } = hostWithGroup({ own: '/kubepods.slice/kubepods-pod1.slice/cri-containerd-1.scope' })
  expect(await plan('cpu-weight')).toEqual({
    refused: 'KubeVirt manages the share of CPU time of this VM; change it there',
  })
})
