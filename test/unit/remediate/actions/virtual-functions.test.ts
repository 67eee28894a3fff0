import { describe, expect, test } from 'vitest'
import type { Plan } from '../../../../src/remediate/actions/action.ts'
import { disk, hostWithDisk } from '../../../helpers/pci-host.ts'
import { hostToPlan, unmet } from '../../../helpers/remediate/planned.ts'

function host(most = 8, functions: readonly string[] = []) {
  const made = hostToPlan()
  const files = hostWithDisk(made)
  files.addFunctions(disk, most, functions)
  return {
    ...files,
    plan: (policy = '', functionsAsked?: number, device: string | undefined = disk) =>
      made.plan('virtual-functions', {
        policy,
        isOfHost: true,
        change: () => ({
          device,
          ...(functionsAsked === undefined ? {} : { settings: { functions: functionsAsked } }),
        }),
      }),
  }
}

test('makes four, or as many as the policy says, but no more than there can be', async () => {
  const { plan, sysfs } = host()
  expect(await plan()).toMatchObject({
    target: { vm: undefined, device: disk },
    changes: [{ what: disk, now: 'no virtual functions', next: '4 virtual functions' }],
    operations: [{ kind: 'virtual-functions', device: disk, from: 0, to: 4 }],
    commands: [`echo 4 > ${sysfs}/bus/pci/devices/${disk}/sriov_numvfs`],
    risk: 'high',
  })
  const policy = (count: number) => `actions: {virtual-functions: {functions: ${count}}}`
  expect(await plan(policy(2))).toMatchObject({ operations: [{ to: 2 }] })
  expect(await plan(policy(100))).toMatchObject({ operations: [{ to: 8 }] })
})

test('all preconditions hold for a device with a driver behind an IOMMU, and only for that', async () => {
  const { plan, setDriver, add, addFunctions } = host()
  const missing = async (device?: string): Promise<string[]> =>
    unmet((await plan('', undefined, device)) as Plan)
  expect(await missing()).toEqual([])
  setDriver(disk, 'vfio-pci')
  expect(await missing()).toEqual([expect.stringContaining('(vfio-pci)')])
  setDriver(disk, undefined)
  expect(await missing()).toEqual([expect.stringContaining('(no driver)')])
  add('0000:02:00.0', { kind: '0x020000', driver: 'igb' })
  addFunctions('0000:02:00.0', 8, [])
  expect(await missing('0000:02:00.0')).toEqual([expect.stringContaining('intel_iommu=on')])
})

describe('refuses', () => {
  test('what is no device, and a device that can have none', async () => {
    const { plan } = host()
    for (const device of ['eth1', '0000:99:00.0', '0000:00:01.0'])
      expect(await plan('', undefined, device)).toEqual({ refused: expect.any(String) })
  })

  test('a device that has some', async () => {
    const made = host(8, ['0000:00:01.0'])
    expect(await made.plan()).toEqual({ refused: expect.stringContaining('1 virtual functions already') })
  })

  test('more than a person can get', async () => {
    expect(await host().plan('', 9)).toEqual({ refused: expect.stringContaining('8 virtual functions') })
  })
})
