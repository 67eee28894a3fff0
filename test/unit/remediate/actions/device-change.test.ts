// The plans of virtio-disk, virtio-nic and vhost-net.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { definitionProblem } from '../../../../src/actuator/definition/allowed.ts'
import type { DomainXmlOperation, TestDiskState } from '../../../../src/actuator/protocol.ts'
import { KvminfoError } from '../../../../src/errors.ts'
import type { ActionName } from '../../../../src/model/remediation.ts'
import type { Vm } from '../../../../src/model/vm.ts'
import { actionPolicy, parsePolicy } from '../../../../src/policy/schema.ts'
import { isRefusal, type Plan, type PlanInput } from '../../../../src/remediate/actions/action.ts'
import { actionOf } from '../../../../src/remediate/actions/index.ts'
import { changed, ideGuest, ideGuestOnVirtio, uuidOf } from '../../../helpers/definitions.ts'
import { sample } from '../../../helpers/sample.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const uuid = uuidOf(ideGuest)
const vm: Vm = {
  label: 'web1',
  pid: 10,
  startNs: 0,
  uuid,
  machine: 'pc-i440fx-7.2',
  state: 'running',
  owner: undefined,
  identitySource: 'libvirt',
  vcpus: [],
  disks: [
    { device: 'ide0-0-0', target: 'hda', bus: 'ide', cache: 'none', format: 'raw' },
    { device: 'virtio-disk9', target: 'vdz', bus: 'virtio', cache: undefined, format: 'raw' },
  ],
  nics: [
    { device: 'net0', target: 'vnet0', model: 'e1000', vhost: false },
    { device: 'net1', target: 'vnet1', model: 'virtio', vhost: false },
  ],
  hostDevices: [],
  memoryMaxBytes: undefined,
  balloonBytes: undefined,
}

/** What libvirt prints of the running domain: the same with ids of devices. */
const withAliases = (definition: string): string => {
  const disk = changed(
    definition,
    '<serial>W-0001</serial>',
    "<serial>W-0001</serial><alias name='ide0-0-0'/>",
  )
  const nic = changed(disk, "<model type='e1000'/>", "<model type='e1000'/><alias name='net0'/>")
  return changed(
    nic,
    "<driver name='qemu' queues='2'/>",
    "<driver name='qemu' queues='2'/><alias name='net1'/>",
  )
}
const live = withAliases(ideGuest)

interface Given {
  readonly policy?: string
  readonly definition?: string
  readonly xml?: string
  readonly view?: Partial<Awaited<ReturnType<PlanInput['readDomain']>>>
  readonly vm?: Partial<Vm>
  readonly device?: string
  readonly report?: Partial<Awaited<ReturnType<PlanInput['askGuest']>>>
  readonly testDisk?: TestDiskState
}

function inputOf(action: ActionName, given: Given): PlanInput {
  const procfs = scratchDirectory()
  mkdirSync(procfs, { recursive: true })
  writeFileSync(join(procfs, 'misc'), ' 59 cpu_dma_latency\n238 vhost-net\n')
  const policy = parsePolicy(
    `instances: [a]\n${given.policy ?? 'vms: [{name: web1, virtio_ready: true}]'}`,
    'policy.yml',
  )
  return {
    action,
    vm: { ...vm, ...given.vm },
    identity: { uuid, pid: 10, startTick: 7 },
    device: given.device,
    sample: sample(1, [vm]),
    policy: actionPolicy(policy, action, { name: 'web1', uuid }),
    read: async ({ kind }) =>
      kind === 'test-disk' ? (given.testDisk ?? 'untested') : (given.definition ?? ideGuest),
    readDomain: async () => ({
      xml: given.xml ?? live,
      hasSnapshot: false,
      hasManagedSave: false,
      hasJob: false,
      ...given.view,
    }),
    readMemory: async () => expect.unreachable(),
    askGuest: async () => ({ answers: false, diskBuses: [], drivers: [], ...given.report }),
    procfs,
    sysfs: '/nowhere',
    rundir: '/nowhere',
  }
}

const plan = (action: ActionName, given: Given = {}) => actionOf(action).plan(inputOf(action, given))

async function planOf(action: ActionName, given: Given = {}): Promise<Plan> {
  const result = await plan(action, given)
  if (isRefusal(result)) throw new Error(result.refused)
  return result
}

const noTestDisk = 'actions: {virtio-disk: {test_disk: false}}'

/** What was seen instead. */
const unmet = async (action: ActionName, given: Given): Promise<string[]> =>
  (await planOf(action, given)).preconditions.filter(({ holds }) => !holds).map(({ seen }) => seen)

describe('a plan', () => {
  test.each([
    ['virtio-disk', { what: 'ide0-0-0 (hda)', now: 'ide', next: 'virtio' }, 'userspace-per-byte'],
    ['virtio-nic', { what: 'net0 (vnet0)', now: 'e1000', next: 'virtio' }, 'userspace-per-packet'],
    [
      'vhost-net',
      { what: 'net1 (vnet1)', now: 'QEMU moves the packets', next: 'vhost' },
      'userspace-per-packet',
    ],
  ] as const)('of %s is one definition that the actuator allows', async (action, change, metric) => {
    const made = await planOf(action)
    const [operation, ...more] = made.operations as DomainXmlOperation[]
    expect(more).toEqual([])
    expect(operation).toMatchObject({ kind: 'domain-xml', vm: { uuid }, from: ideGuest })
    expect(definitionProblem(operation!.from, operation!.to)).toBeUndefined()
    expect(made).toMatchObject({
      changes: [change],
      takesEffect: 'next-start',
      owner: 'nobody else',
      measurement: { design: 'before-after', metric },
      commands: [`virsh edit ${uuid}`, `virsh shutdown ${uuid}`, `virsh start ${uuid}`],
    })
    expect(made.preconditions.filter(({ holds }) => !holds)).toEqual([])
  })

  test('shows the difference of the definitions', async () => {
    const { diff } = await planOf('virtio-disk')
    expect(diff).toContain("-      <target dev='hda' bus='ide'/>\n+      <target dev='vda' bus='virtio'/>\n")
    expect(diff).toContain("-      <address type='drive' controller='0' bus='0' target='0' unit='0'/>\n")
    expect(diff?.split('\n').filter((line) => /^[+-]/.test(line))).toHaveLength(3)
  })

  test('is for the device that the alert names, by its id or its target', async () => {
    for (const device of ['ide0-0-0', 'hda'])
      expect((await planOf('virtio-disk', { device })).target.device).toBe('ide0-0-0')
  })
})

describe('is refused', () => {
  const two = [
    ...vm.disks,
    { device: 'ide0-0-1', target: 'hdb', bus: 'ide', cache: undefined, format: 'raw' },
  ]
  test.each([
    ['without an emulated device', 'virtio-disk', { vm: { disks: [] } }, 'no device'],
    ['for a device that is virtio', 'virtio-disk', { device: 'vdz' }, '"vdz"'],
    [
      'for one of several devices',
      'virtio-disk',
      { vm: { disks: two } },
      'name one of the devices: ide0-0-0, ide0-0-1',
    ],
    [
      'if the next definition has it on virtio already',
      'virtio-disk',
      { definition: ideGuestOnVirtio },
      'not in the definition',
    ],
    [
      'if the next definition has another file',
      'virtio-disk',
      { xml: changed(live, '/images/web1.raw', '/images/snapshot.raw') },
      'not in the definition',
    ],
    [
      'if libvirt does not know the device',
      'virtio-nic',
      { xml: changed(live, "<alias name='net0'/>", '') },
      'no network interface "net0"',
    ],
    [
      'if two interfaces have one MAC address',
      'virtio-nic',
      { definition: ideGuest.replace('52:54:00:11:22:02', '52:54:00:11:22:01') },
      'not in the definition',
    ],
  ] as const)('%s', async (_why, action, given: Given, reason) => {
    expect(await plan(action, given)).toEqual({ refused: expect.stringContaining(reason) })
  })

  test('with the words of libvirt if it cannot be asked', async () => {
    const input = inputOf('virtio-disk', {})
    const readDomain = async () => {
      throw new KvminfoError('SOURCE_FAILED', 'no answer within 8000 ms')
    }
    expect(await actionOf('virtio-disk').plan({ ...input, readDomain })).toEqual({
      refused: 'no answer within 8000 ms',
    })
  })
})

describe('a precondition does not hold', () => {
  test.each([
    ['with a snapshot', 'virtio-disk', { view: { hasSnapshot: true } }],
    ['with a saved state', 'virtio-disk', { view: { hasManagedSave: true } }],
    ['during a job', 'virtio-disk', { view: { hasJob: true } }],
    [
      'while a disk is copied',
      'virtio-disk',
      { xml: changed(live, '<serial>', "<mirror type='file' job='copy'/><serial>") },
    ],
    ['if the VM is paused', 'virtio-disk', { vm: { state: 'paused' } }],
    ['if another change waits', 'virtio-nic', { definition: ideGuestOnVirtio }],
    ['if nobody knows whether the guest has the driver', 'virtio-nic', { policy: '' }],
    ['if the policy allows no test disk', 'virtio-disk', { policy: noTestDisk }],
    [
      'if the guest uses other disks',
      'virtio-disk',
      { policy: noTestDisk, report: { answers: true, diskBuses: ['ide'] } },
    ],
    [
      'if the guest has the driver of another device',
      'virtio-nic',
      { policy: '', report: { answers: true, drivers: [{ vendor: '1af4', device: '1001', driver: 'x' }] } },
    ],
  ] as const)('%s', async (_why, action, given: Given) => {
    expect(await unmet(action, given)).toHaveLength(1)
  })

  test('without vhost-net on the host', async () => {
    const input = inputOf('vhost-net', {})
    const made = await actionOf('vhost-net').plan({ ...input, procfs: '/nowhere' })
    expect(
      isRefusal(made) || made.preconditions.filter(({ holds }) => !holds).map(({ seen }) => seen),
    ).toEqual(['it is not; run: modprobe vhost_net'])
  })
})

test.each([
  ['virtio-disk', { answers: true, diskBuses: ['scsi', 'virtio'] }],
  ['virtio-disk', { answers: true, drivers: [{ vendor: '1af4', device: '1042', driver: 'x' }] }],
  ['virtio-nic', { answers: true, drivers: [{ vendor: '1af4', device: '1000', driver: 'x' }] }],
] as const)('%s: the guest agent proves the driver with %j', async (action, report) => {
  expect(await unmet(action, { policy: '', report })).toEqual([])
})

describe('whether the guest has the driver for virtio disks, which nobody says,', () => {
  test('is tested first, with a disk that is plugged in, and the plan says so', async () => {
    const { operations, changes, preconditions, notes, commands } = await planOf('virtio-disk', {
      policy: '',
    })
    expect(operations).toEqual([
      {
        kind: 'test-disk',
        vm: { uuid, pid: 10, startTick: 7 },
        from: 'untested',
        to: 'read',
      },
      expect.objectContaining({ kind: 'domain-xml', from: ideGuest }),
    ])
    expect(changes).toEqual([
      { what: 'test disk', now: 'none yet', next: 'read by the guest, and unplugged' },
      { what: 'ide0-0-0 (hda)', now: 'ide', next: 'virtio' },
    ])
    expect(preconditions[0]).toEqual({
      text: 'a test can show whether the guest has a driver for virtio disks',
      holds: true,
      seen: 'the guest agent does not answer, but the VM can get a test disk',
    })
    expect(preconditions.every(({ holds }) => holds)).toBe(true)
    expect(notes).toEqual([expect.stringContaining('plugged into the running VM')])
    expect(commands).toContain(
      `virsh attach-disk ${uuid} /var/lib/libvirt/images/test-disk.img vdz --mode readonly --live`,
    )
  })

  test('is known after a test', async () => {
    const { operations, preconditions, notes } = await planOf('virtio-disk', { policy: '', testDisk: 'read' })
    expect(operations.map(({ kind }) => kind)).toEqual(['domain-xml'])
    expect(preconditions[0]).toMatchObject({ holds: true, seen: 'it has read a test disk' })
    expect(notes).toBeUndefined()
  })

  test.each([
    ['after a test whose disk is still there', { testDisk: 'plugged' }, 'interrupted test'],
    ['where no disk can be plugged in', { xml: changed(live, '<acpi/>', '') }, 'no ACPI'],
    ['of a VM that the policy excludes', { policy: `vms: [{name: web1, ${noTestDisk}}]` }, 'test_disk'],
  ] as const)('is not tested %s', async (_why, given: Given, seen) => {
    const made = await planOf('virtio-disk', { policy: '', ...given })
    expect(made.operations.map(({ kind }) => kind)).toEqual(['domain-xml'])
    expect(made.preconditions.filter(({ holds }) => !holds)).toEqual([
      expect.objectContaining({ seen: expect.stringContaining(seen) }),
    ])
  })

  test('is not tested for a network interface, which has another driver', async () => {
    const { operations } = await planOf('virtio-nic', { policy: '' })
    expect(operations.map(({ kind }) => kind)).toEqual(['domain-xml'])
  })
})

describe('a VM that another program manages', () => {
  test('gets a proposal with the commands of that program, and nothing to execute', async () => {
    const metadata =
      '<metadata><nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1"/></metadata>'
    const made = await planOf('virtio-disk', { xml: changed(live, '<vcpu', `${metadata}<vcpu`) })
    expect(made).toMatchObject({ owner: 'OpenStack Nova', operations: [], diff: undefined })
    expect(made.commands).toContain(`nova-manage image_property set ${uuid} --property hw_disk_bus=virtio`)
  })

  test('has no libvirt if it is Proxmox', async () => {
    const owner = { manager: 'proxmox', name: '100', group: '', flavor: '' } as const
    const disks = [{ device: 'ide0', bus: 'ide', cache: undefined, format: 'raw' }]
    const made = await planOf('virtio-disk', { vm: { owner, disks, identitySource: 'cmdline' } })
    expect(made).toMatchObject({ owner: 'Proxmox VE', operations: [] })
    expect(made.commands).toContain('qm shutdown 100')
  })
})
