// What is emulated, compared with QEMU's own list of devices (`qemu-system-x86_64 -device help`, 7.2).
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  isEmulatedBus,
  isEmulatedNicModel,
  isEmulatedScsiController,
  nicModel,
} from '../../../src/model/emulated.ts'

const help = readFileSync(new URL('../../fixtures/qemu-7.2-help/devices.txt', import.meta.url), 'utf8')

/** Names and aliases of the devices in one section. */
function devices(section: string): string[] {
  const [, lines = ''] = new RegExp(`^${section} devices:\\n((?:name .*\\n)+)`, 'm').exec(help) ?? []
  return [...lines.matchAll(/(?:name|alias) "([^"]+)"/g)].map(([, name]) => name!)
}

const isParavirtual = (name: string) => /^(virtio|vhost)/.test(name)

describe('NICs', () => {
  it.each(devices('Network'))('knows %s', (name) => {
    expect(isEmulatedNicModel(nicModel(name))).toBe(!isParavirtual(name))
  })

  it.each(['igb', 'spapr-vlan', 'lan9118', 'vmxnet2', '82540EM', 'Am79C970A', 'eTSEC'])(
    'knows %s of other versions',
    (name) => {
      expect(isEmulatedNicModel(name)).toBe(true)
    },
  )

  it.each(['vfio-pci', 'unknown', 'virtio', 'vhost-vdpa'])('does not take %s for one', (name) => {
    expect(isEmulatedNicModel(name)).toBe(false)
  })
})

describe('SCSI controllers', () => {
  const controllers = devices('Storage').filter((name) =>
    /^(am53|dc390|lsi|mega|mptsas|pvscsi|virtio-scsi|vhost.*scsi)/.test(name),
  )

  it('are in the list', () => {
    expect(controllers.length).toBeGreaterThan(15)
  })

  it.each(controllers)('knows %s', (name) => {
    expect(isEmulatedScsiController(name)).toBe(!isParavirtual(name))
  })

  it.each(['lsilogic', 'buslogic', 'vmpvscsi', 'lsisas1068', 'lsisas1078', 'ibmvscsi'])(
    'knows the name %s of libvirt',
    (name) => {
      expect(isEmulatedScsiController(name)).toBe(true)
    },
  )
})

it.each([
  ['ide sata fdc usb sd nvme ufs', true],
  ['virtio scsi xen unknown', false],
])('of the buses %s says %s', (buses, emulated) => {
  for (const bus of buses.split(' ')) expect(isEmulatedBus(bus)).toBe(emulated)
})
