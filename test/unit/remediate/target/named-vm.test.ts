import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Vm } from '../../../../src/model/vm.ts'
import { namedVm } from '../../../../src/remediate/target/named-vm.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const vm = (label: string, pid: number, uuid?: string): Vm => ({
  ...{ label, pid, uuid, startNs: 1, machine: undefined, state: 'running', owner: undefined },
  ...{ identitySource: 'cmdline', vcpus: [], disks: [], nics: [], hostDevices: [] },
  ...{ memoryMaxBytes: undefined, balloonBytes: undefined },
})

const uuid = '6f1dd2f0-3c6a-4e0f-9a58-0d5a7b1f2c33'
const web = vm('web', 4700, uuid)
const numbered = vm('4800', 4900)
const vms = [web, numbered, vm('twin', 5000, 'aaaaaaaa-0000-4000-8000-000000000001'), vm('twin@5001', 5001)]

/** /proc with a VM's process and its thread, a process that is no VM, and its thread. */
function procfs(): string {
  const root = scratchDirectory()
  const status = (number: number, tgid: number, name: string) => {
    mkdirSync(join(root, String(number)))
    writeFileSync(join(root, String(number), 'status'), `Name:\t${name}\nUmask:\t0022\nTgid:\t${tgid}\n`)
  }
  status(4700, 4700, 'qemu-system-x86')
  status(4711, 4700, 'CPU 0/KVM')
  status(4800, 4700, 'worker')
  status(300, 300, 'ngi"nx\u001b[2J')
  status(301, 300, 'worker')
  return root
}

test.each([
  ['its name', 'web', web],
  ['its UUID', uuid, web],
  ['its UUID in capitals', uuid.toUpperCase(), web],
  ['the number of its process', '4700', web],
  ['the number of a thread', '4711', web],
  ['what follows its name, if it shares that', 'twin@5001', vms[3]],
])('a VM is meant by %s', (_what, text, meant) => {
  expect(namedVm(vms, text, procfs())).toEqual({ vm: meant })
})

test.each([
  [
    'a name that two VMs share',
    'twin',
    '"twin" can mean 2 VMs: "twin" (UUID aaaaaaaa-0000-4000-8000-000000000001, process 5000), "twin@5001" (UUID none, process 5001). Give the UUID',
  ],
  ['a name that is also the number of a thread of another VM', '4800', '"4800" can mean 2 VMs: '],
  ['a process that is no VM', '300', '300 is the process "ngi\\"nx\\u001b[2J", which is no VM'],
  ['a thread of such a process', '301', '301 is a thread of process 300 "worker", which is no VM'],
  [
    'nothing',
    'db',
    'there is no VM "db" on this host, and no process with that number; these run: "web", "4800", "twin", "twin@5001"',
  ],
  ['a number that nothing has', '999', 'there is no VM "999" on this host'],
  ['a path', '../../etc', 'there is no VM "../../etc"'],
  ['zero', '0', 'there is no VM "0"'],
  ['an option', '--all', 'there is no VM "--all"'],
])('%s is no VM', (_what, text, reason) => {
  expect(namedVm(vms, text, procfs())).toMatchObject({ no: expect.stringContaining(reason) })
})

test('names ten VMs at most', () => {
  const many = Array.from({ length: 12 }, (_, index) => vm(`vm-${index}`, 100 + index))
  const found = namedVm(many, 'x', '/nowhere')
  expect('no' in found && found.no).toMatch(/"vm-9" and 2 others$/)
  expect(namedVm([], 'x', '/nowhere')).toMatchObject({
    no: expect.stringMatching(/no VM runs on this host$/),
  })
})
