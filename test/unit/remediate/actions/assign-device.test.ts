import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Vm } from '../../../../src/model/vm.ts'
import { actionPolicy, parsePolicy } from '../../../../src/policy/schema.ts'
import { isRefusal, type Plan, type PlanInput } from '../../../../src/remediate/actions/action.ts'
import { assignDevice } from '../../../../src/remediate/actions/assign-device.ts'
import { sample } from '../../../helpers/sample.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const gibibyte = 1024 ** 3
const vm: Vm = {
  ...{
    label: 'web1',
    pid: 10,
    startNs: 0,
    uuid: 'u1',
    machine: undefined,
    state: 'running',
    owner: undefined,
  },
  ...{ identitySource: 'libvirt', vcpus: [], disks: [], nics: [], hostDevices: [] },
  ...{ memoryMaxBytes: 4 * gibibyte, balloonBytes: undefined },
}

/** A host with the device 0000:01:00.0, a bridge and another device in its group. */
function hostWithDevice() {
  const root = scratchDirectory()
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const link = (path: string, target: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    symlinkSync(target, join(root, path))
  }
  const devices = 'sys/bus/pci/devices'
  write(`${devices}/0000:01:00.0/class`, '0x020000\n')
  write(`${devices}/0000:01:00.0/net/eth1/operstate`, 'down\n')
  link(`${devices}/0000:01:00.0/driver`, '../../../bus/pci/drivers/igb')
  for (const name of ['0000:00:01.0', '0000:01:00.0', '0000:01:00.1'])
    link(`sys/kernel/iommu_groups/7/devices/${name}`, `../../../../bus/pci/devices/${name}`)
  link(`${devices}/0000:01:00.0/iommu_group`, '../../../../kernel/iommu_groups/7')
  write(`${devices}/0000:00:01.0/class`, '0x060400\n')
  link(`${devices}/0000:00:01.0/driver`, '../../../bus/pci/drivers/pcieport')
  write(`${devices}/0000:01:00.1/class`, '0x020000\n')
  const available = (mebibytes: number) =>
    write('proc/meminfo', `MemTotal: ${16 * 1024 * 1024} kB\nMemAvailable: ${mebibytes * 1024} kB\n`)
  available(8192)
  const device = (name: string) => join(root, devices, name)
  const plan = (change: Partial<PlanInput> = {}) =>
    assignDevice.plan({
      action: 'assign-device',
      vm,
      identity: { uuid: 'u1', pid: 10, startTick: 7 },
      device: '0000:01:00.0',
      sample: sample(1, [vm], {
        vmMemory: new Map([[10, { pid: 10, residentBytes: gibibyte, hugetlbBytes: gibibyte }]]),
      }),
      policy: actionPolicy(parsePolicy('instances: [a]', 'policy.yml'), 'assign-device', {
        name: 'web1',
        uuid: 'u1',
      }),
      read: async () => expect.unreachable(),
      readDomain: async () => expect.unreachable(),
      readMemory: async () => expect.unreachable(),
      askGuest: async () => expect.unreachable(),
      procfs: join(root, 'proc'),
      sysfs: join(root, 'sys'),
      ...change,
    })
  const planned = async (change: Partial<PlanInput> = {}): Promise<Plan> => {
    const result = await plan(change)
    if (isRefusal(result)) throw new Error(result.refused)
    return result
  }
  const unmet = async (change: Partial<PlanInput> = {}): Promise<string[]> =>
    (await planned(change)).preconditions.filter(({ holds }) => !holds).map(({ seen }) => seen)
  return { root, device, available, link, write, plan, planned, unmet }
}

test('is a proposal with commands and nothing to execute', async () => {
  const { planned } = hostWithDevice()
  const made = await planned()
  expect(made).toMatchObject({
    changes: [{ what: '0000:01:00.0', now: 'igb', next: 'vfio-pci, in the VM' }],
    operations: [],
    risk: 'critical',
    owner: 'nobody else',
  })
  expect(made.preconditions.filter(({ holds }) => !holds)).toEqual([])
  expect(made.commands).toEqual([
    `echo "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>" > device.xml`,
    'virsh attach-device u1 device.xml --live --config',
  ])
})

describe('a precondition does not hold', () => {
  test('without an IOMMU', async () => {
    const { unmet, write } = hostWithDevice()
    write('sys/bus/pci/devices/0000:02:00.0/class', '0x020000\n')
    expect(await unmet({ device: '0000:02:00.0' })).toEqual([expect.stringContaining('intel_iommu=on')])
  })

  test('if the host uses another device of the group', async () => {
    const { unmet, link } = hostWithDevice()
    link('sys/bus/pci/devices/0000:01:00.1/driver', '../../../bus/pci/drivers/igb')
    expect(await unmet()).toEqual(['in use: 0000:01:00.1'])
  })

  test('if the interface is up', async () => {
    const { unmet, write } = hostWithDevice()
    write('sys/bus/pci/devices/0000:01:00.0/net/eth1/operstate', 'up\n')
    expect(await unmet()).toEqual(['in use: eth1'])
  })

  test.each(['nvme/nvme0', 'ata1', 'host3'])('with disks (%s)', async (path) => {
    const { unmet, device } = hostWithDevice()
    mkdirSync(join(device('0000:01:00.0'), path), { recursive: true })
    expect(await unmet()).toHaveLength(1)
  })

  test('if another VM has it', async () => {
    const { unmet } = hostWithDevice()
    const other: Vm = {
      ...vm,
      label: 'db1',
      hostDevices: [{ device: 'hostdev0', type: 'pci', driver: 'vfio-pci', address: '0000:01:00.0' }],
    }
    const vmMemory = new Map([[10, { pid: 10, residentBytes: 4 * gibibyte, hugetlbBytes: 0 }]])
    expect(await unmet({ sample: sample(1, [vm, other], { vmMemory }) })).toEqual(['VM db1 has it'])
  })

  test('if the memory of the VM does not fit: 2 GiB more, and a tenth of 16 GiB', async () => {
    const { unmet, available } = hostWithDevice()
    available(3687)
    expect(await unmet()).toEqual([])
    available(3686)
    expect(await unmet()).toHaveLength(1)
  })

  test('if nobody knows the memory of the VM', async () => {
    const { unmet } = hostWithDevice()
    expect(await unmet({ sample: sample(1, [vm]) })).toEqual(['the memory of the VM is not known'])
  })
})

test('a device with virtual functions had better be shared', async () => {
  const { planned, write } = hostWithDevice()
  write('sys/bus/pci/devices/0000:01:00.0/sriov_totalvfs', '7\n')
  expect((await planned()).commands[0]).toContain('7 functions')
})

test.each([undefined, 'eth1', '0000:01:00.0/../../x', '0000:99:00.0'])(
  'refuses device %s',
  async (device) => {
    expect(await hostWithDevice().plan({ device })).toEqual({ refused: expect.any(String) })
  },
)

test('the commands are those of Proxmox for its VM', async () => {
  const owner = { manager: 'proxmox', name: '100', group: '', flavor: '' } as const
  expect(await hostWithDevice().planned({ vm: { ...vm, owner } })).toMatchObject({
    owner: 'Proxmox VE',
    commands: ['qm set 100 --hostpci0 0000:01:00.0'],
  })
})
