// Requests about a VM or a thread that is not what they say.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { actuatorOnFiles } from '../../helpers/actuator.ts'
import { other } from '../../helpers/fake-scheduler.ts'

type Host = ReturnType<typeof actuatorOnFiles>
const nice5 = { ...other, nice: -5 }

const cases: [string, string, string, (host: Host) => object][] = [
  [
    'the process has ended',
    'stale',
    'process 10000 has ended',
    (host) => {
      host.endVm()
      return {}
    },
  ],
  [
    'its pid belongs to a later process',
    'stale',
    'another one has its number',
    ({ vm }) => ({ vm: { ...vm, startTick: vm.startTick - 1 } }),
  ],
  [
    'the UUID is of another VM',
    'stale',
    'not 00000000-0000-0000-0000-000000000000',
    ({ vm }) => ({ vm: { ...vm, uuid: '00000000-0000-0000-0000-000000000000' } }),
  ],
  ['a UUID is missing', 'stale', 'not one without a UUID', ({ vm }) => ({ vm: { ...vm, uuid: null } })],
  [
    'the process is no VM',
    'refused',
    'not a KVM virtual machine',
    ({ vm, procfs }) => {
      writeFileSync(join(procfs, `${vm.pid}/cmdline`), '/usr/bin/sleep\0infinity\0')
      return {}
    },
  ],
  [
    'the process has only the command line of a VM, and KVM knows none of it',
    'refused',
    'is not a VM: the kvminfo module is loaded',
    ({ vm, procfs }) => {
      writeFileSync(
        join(procfs, 'kvminfo'),
        'kvminfo 1 module=0.1.0 vendor=svm time=on reasons=on lost=0\nindex pid io_num exception_num kvm_vm_switch_num kvm_qemu_switch_num signal_num kvm_ns halt_ns user_ns start_ns vcpus reasons\n',
      )
      return { vm }
    },
  ],
  ['the thread has ended', 'stale', 'thread 10020 of process 10000 has ended', () => ({ tid: 10_020 })],
  [
    'its number belongs to a later thread',
    'stale',
    'another one has its number',
    ({ vm }) => ({ threadStartTick: vm.startTick + 1 }),
  ],
  ['the thread is no vCPU', 'refused', 'not known to be a vCPU', ({ vm }) => ({ tid: vm.pid })],
  ['the thread is of another process', 'stale', 'thread 300 of process 10000', () => ({ tid: 300 })],
]

test.each(cases)('if %s, the answer is %s', async (_name, outcome, reason, change) => {
  const host = actuatorOnFiles()
  const operation = host.operation(other, nice5, change(host))
  for (const what of ['execute', 'read'] as const) {
    expect(await host.actuator.answer({ do: what, operation })).toEqual({
      outcome,
      reason: expect.stringContaining(reason),
    })
  }
  expect(host.scheduler.calls).toEqual([])
})

test('without the module, the command line says whether a process is a VM, and names say which threads are vCPUs', async () => {
  const { actuator, operation } = actuatorOnFiles({ kvminfo: false })
  expect(await actuator.answer({ do: 'execute', operation: operation(other, nice5) })).toMatchObject({
    outcome: 'done',
  })
})

test('a vCPU thread without a name is known by the module', async () => {
  const { actuator, operation, procfs, vm, tid } = actuatorOnFiles({
    shape: (one) => ({ ...one, vcpus: one.vcpus.map((thread) => ({ ...thread, comm: 'qemu-system-x86' })) }),
  })
  expect(await actuator.answer({ do: 'read', operation: operation(other, nice5) })).toMatchObject({
    outcome: 'done',
  })
  writeFileSync(join(procfs, 'kvminfo'), 'no such format\n')
  expect(await actuator.answer({ do: 'read', operation: operation(other, nice5) })).toEqual({
    outcome: 'refused',
    reason: `thread ${tid} of process ${vm.pid} is not known to be a vCPU: load the kvminfo module, or start QEMU with -name debug-threads=on`,
  })
})
