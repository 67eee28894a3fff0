// Which QEMUs are asked for the names of their devices.
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { DeviceCounts } from '../../../../src/sources/exits/device-counts.ts'
import type { IdentifiedVm } from '../../../../src/sources/identity/vms.ts'
import { type Accesses, pageAddress, portAddress } from '../../../../src/sources/kvminfo/row.ts'
import { PciRegions } from '../../../../src/sources/qmp/pci-regions.ts'
import { exits } from '../../../helpers/exits.ts'
import { vm } from '../../../helpers/host-snapshot.ts'

const all = () => true
const serial = portAddress(0x3f8)
const somewhere = pageAddress(0xfebc0)

const accessed = (...addresses: number[]): Accesses => ({
  byAddress: new Map(addresses.map((address) => [address, { count: 5, ns: 50 }])),
  other: { count: 0, ns: 0 },
})

function identified(accesses: Accesses | undefined, more: Partial<IdentifiedVm> = {}): IdentifiedVm {
  return {
    vm: vm('a', 10, { vcpus: [{ id: 0, tid: 11 }] }),
    name: 'a',
    isManaged: false,
    qmpSocket: '/run/a.qmp',
    isConfirmed: () => true,
    row: { exits: exits(10), startNs: 0, vcpus: [], ...(accesses && { accesses }) },
    ...more,
  }
}

function counts() {
  const pci = new PciRegions('/nonexistent')
  const follow = vi.spyOn(pci, 'follow').mockReturnValue()
  const devices = new DeviceCounts(pci)
  onTestFinished(() => devices.close())
  return { devices, asked: () => [...follow.mock.lastCall![0].values()] }
}

describe('a QEMU is asked for its devices', () => {
  it('if its guest accessed an address that not every PC has', () => {
    const { devices, asked } = counts()
    devices.follow([identified(accessed(serial, somewhere))], all)
    expect(asked()).toEqual([{ pid: 10, path: '/run/a.qmp', isVouchedFor: true, isUrgent: false }])
  })

  it('soon if the access waits for a name', () => {
    const { devices, asked } = counts()
    const one = identified(accessed(somewhere))
    devices.follow([one], all)
    const shown = devices.of(one.vm, { accesses: one.row!.accesses!, exits: 5, isNew: true })
    expect(shown.size).toBe(0)
    devices.follow([one], all)
    expect(asked()).toMatchObject([{ isUrgent: true }])
  })

  it.each([
    ['if it accessed fixed addresses only', identified(accessed(serial))],
    ['if libvirt owns its monitor', identified(accessed(somewhere), { isManaged: true })],
    ['if it offers no socket', identified(accessed(somewhere), { qmpSocket: undefined })],
    ['if the module does not count by device', identified(undefined)],
    ['while it is asked for its vCPUs', identified(accessed(somewhere), { vm: vm('a', 10, { vcpus: [] }) })],
  ])('not %s', (_, one) => {
    const { devices, asked } = counts()
    devices.follow([one], all)
    expect(asked()).toEqual([])
  })
})

it('counts an access that no name is to be expected for by its address, at once', () => {
  const { devices } = counts()
  const one = identified(accessed(serial, somewhere), { isManaged: true })
  devices.follow([one], all)
  const shown = devices.of(one.vm, { accesses: one.row!.accesses!, exits: 10, isNew: true })
  expect([...shown]).toEqual([
    ['serial0', { count: 5, ns: 50 }],
    ['mmio 0xfebc0000', { count: 5, ns: 50 }],
  ])
})
