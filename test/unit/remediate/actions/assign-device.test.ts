import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { KvminfoError } from '../../../../src/errors.ts'
import type { Vm } from '../../../../src/model/vm.ts'
import { actionPolicy, parsePolicy } from '../../../../src/policy/schema.ts'
import { isRefusal, type Plan, type PlanInput } from '../../../../src/remediate/actions/action.ts'
import { assignDevice } from '../../../../src/remediate/actions/assign-device.ts'
import { changed, ideGuest, sataGuest, uuidOf } from '../../../helpers/definitions.ts'
import { disk, hostWithDisk } from '../../../helpers/pci-host.ts'
import { sample } from '../../../helpers/sample.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const uuid = uuidOf(ideGuest)
const mebibyte = 1024 ** 2
const vm: Vm = {
  ...{ label: 'web1', pid: 10, startNs: 0, uuid, machine: undefined, state: 'running', owner: undefined },
  ...{ identitySource: 'libvirt', vcpus: [], disks: [], nics: [], hostDevices: [] },
  ...{ memoryMaxBytes: 128 * mebibyte, balloonBytes: undefined },
}
const identity = { uuid, pid: 10, startTick: 7 }

/** `xml`: of the running VM, which has 128 MiB, of which 28 are not resident. The host has 16 GiB, half of it available. */
function host(xml = ideGuest) {
  const root = scratchDirectory()
  const paths = { procfs: join(root, 'proc'), sysfs: join(root, 'sys'), rundir: join(root, 'run') }
  const made = hostWithDisk(paths)
  made.write(join(paths.procfs, '10/status'), `Name:\tqemu\nVmRSS: ${100 * 1024} kB\n`)
  const available = (mebibytes: number) =>
    made.write(
      join(paths.procfs, 'meminfo'),
      `MemTotal: ${16 * 1024 * 1024} kB\nMemAvailable: ${mebibytes * 1024} kB\n`,
    )
  available(8192)
  const plan = (change: Partial<PlanInput> = {}) =>
    assignDevice.plan({
      action: 'assign-device',
      ...{ vm, identity, device: disk, sample: sample(1, [vm]) },
      policy: actionPolicy(parsePolicy('instances: [a]', 'policy.yml'), 'assign-device', {
        name: 'web1',
        uuid,
      }),
      read: async () => 'host',
      readDomain: async () => ({ xml, hasSnapshot: false, hasManagedSave: false, hasJob: false }),
      readMemory: async () => expect.unreachable(),
      askGuest: async () => expect.unreachable(),
      ...paths,
      ...change,
    })
  const planned = async (change: Partial<PlanInput> = {}): Promise<Plan> => {
    const result = await plan(change)
    if (isRefusal(result)) throw new Error(result.refused)
    return result
  }
  const unmet = async (change: Partial<PlanInput> = {}): Promise<string[]> =>
    (await planned(change)).preconditions.filter(({ holds }) => !holds).map(({ seen }) => seen)
  return { ...made, available, plan, planned, unmet }
}

const refusal = async (plan: Promise<unknown>): Promise<string> =>
  ((await plan) as { refused?: string }).refused ?? ''

test('is an operation for the running VM, with the same as commands', async () => {
  const made = await host().planned()
  expect(made).toMatchObject({
    changes: [{ what: disk, now: 'nvme', next: 'vfio-pci, in the VM' }],
    operations: [{ kind: 'host-device', vm: identity, device: disk, driver: 'nvme', from: 'host', to: 'vm' }],
    ...{ takesEffect: 'live', risk: 'critical', owner: 'nobody else' },
  })
  expect(made.preconditions.filter(({ holds }) => !holds)).toEqual([])
  expect(made.commands).toEqual([
    `echo "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>" > device.xml`,
    `virsh attach-device ${uuid} device.xml --live`,
  ])
  expect(made.notes?.[0]).toContain('until it is switched off')
})

test('what the host has set aside for VMs stays so', async () => {
  const { setDriver, planned } = host()
  setDriver(disk, 'vfio-pci')
  const made = await planned()
  expect(made.operations).toMatchObject([{ driver: 'vfio-pci' }])
  expect(made.commands[0]).toContain("managed='no'")
})

test('a device that no driver has', async () => {
  const { setDriver, planned } = host()
  setDriver(disk, undefined)
  expect(await planned()).toMatchObject({
    changes: [{ now: 'no driver' }],
    operations: [{ driver: null }],
  })
})

describe('a precondition does not hold', () => {
  test('if the host uses the device', async () => {
    const { unmet, write, procfs } = host()
    write(join(procfs, 'swaps'), '/dev/nvme0n1 partition 1\n')
    expect(await unmet()).toEqual(['nvme0n1 is swap space'])
  })

  test('if another VM has it', async () => {
    const other: Vm = {
      ...vm,
      label: 'db1',
      hostDevices: [{ device: 'hostdev0', type: 'pci', driver: 'vfio-pci', address: disk }],
    }
    expect(await host().unmet({ sample: sample(1, [vm, other]) })).toEqual(['VM db1 has it'])
  })

  test('if the memory of the VM does not fit: 28 MiB more, and a tenth of 16 GiB', async () => {
    const { unmet, available } = host()
    available(1667)
    expect(await unmet()).toEqual([])
    available(1666)
    expect(await unmet()).toEqual([expect.stringContaining('28')])
  })

  test('if the balloon holds memory', async () => {
    const xml = changed(ideGuest, "<currentMemory unit='KiB'>131072<", "<currentMemory unit='KiB'>100000<")
    expect(await host(xml).unmet()).toHaveLength(1)
  })

  test('if the VM has no place for it, or libvirt runs a job on it', async () => {
    expect(await host(sataGuest).unmet()).toEqual(['the VM has no free PCI slot or port'])
    const view = { xml: ideGuest, hasSnapshot: false, hasManagedSave: false, hasJob: true }
    expect(await host().unmet({ readDomain: async () => view })).toEqual(['libvirt runs a job on the VM'])
  })
})

test('a device that can have virtual functions had better be shared', async () => {
  const { planned, addFunctions } = host()
  addFunctions(disk, 7, [])
  expect((await planned()).notes?.at(-1)).toContain(`7 virtual functions: kvminfo tune functions ${disk}`)
})

describe('refuses', () => {
  test.each([undefined, 'eth1', '0000:01:00.0/../../x', '0000:99:00.0'])('device %s', async (device) => {
    expect(await host().plan({ device })).toEqual({ refused: expect.any(String) })
  })

  test('without a VM, or one that libvirt does not know', async () => {
    const { plan } = host()
    expect(await refusal(plan({ vm: undefined, identity: undefined }))).toContain('for a VM')
    expect(await refusal(plan({ identity: { ...identity, uuid: null } }))).toContain('no UUID')
    const readDomain = async () => {
      throw new KvminfoError('SOURCE_ABSENT', 'no libvirt runs')
    }
    expect(await refusal(plan({ readDomain }))).toBe('no libvirt runs')
  })

  test('a device that the VM has', async () => {
    const source = "<source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>"
    const hostdev = `<hostdev mode='subsystem' type='pci' managed='yes'>${source}<alias name='hostdev0'/></hostdev>`
    const xml = ideGuest.replace('</devices>', `${hostdev}</devices>`)
    expect(await refusal(host(xml).plan())).toContain('already')
  })

  test('a device that moves at this moment', async () => {
    expect(await refusal(host().plan({ read: async () => 'neither' }))).toContain('ask again')
  })
})

test('the commands are those of Proxmox for its VM, and nothing is executed', async () => {
  const owner = { manager: 'proxmox', name: '100', group: '', flavor: '' } as const
  const readDomain = async () => expect.unreachable()
  expect(await host().planned({ vm: { ...vm, owner }, readDomain })).toMatchObject({
    operations: [],
    owner: 'Proxmox VE',
    commands: ['qm set 100 --hostpci0 0000:01:00.0'],
  })
})

test('nothing is executed for a VM that another program defines, by its metadata', async () => {
  const metadata = '<metadata><x:y xmlns:x="http://ovirt.org/vm/1.0"/></metadata>'
  const xml = ideGuest.replace('<memory ', () => `${metadata}<memory `)
  const read = async () => expect.unreachable()
  expect(await host(xml).planned({ read })).toMatchObject({ operations: [], owner: 'oVirt' })
})
