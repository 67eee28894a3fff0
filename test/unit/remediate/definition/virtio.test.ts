import { describe, expect, test } from 'vitest'
import { definitionProblem } from '../../../../src/actuator/definition/allowed.ts'
import { devicesOf, type Edit, edited, parseDomain } from '../../../../src/remediate/definition/edit.ts'
import { diskNames, vhostNic, virtioDisk, virtioNic } from '../../../../src/remediate/definition/virtio.ts'
import { changed, ideGuest, sataGuest } from '../../../helpers/definitions.ts'

const diskAddress = "      <address type='drive' controller='0' bus='0' target='0' unit='0'/>\n"

function diskOnVirtio(xml: string, index = 0): string {
  const definition = parseDomain(xml)
  const result = virtioDisk(definition, devicesOf(definition, 'disk')[index]!, diskNames(definition))
  return typeof result === 'string' ? result : edited(xml, result.edits)
}

function nic(xml: string, index: number, edit: typeof virtioNic): string {
  const definition = parseDomain(xml)
  const result: readonly Edit[] | string = edit(definition, devicesOf(definition, 'interface')[index]!)
  return typeof result === 'string' ? result : edited(xml, result)
}

describe('a disk on virtio', () => {
  test('differs in its target and has no address; every other byte is the same', () => {
    const expected = changed(ideGuest, "<target dev='hda' bus='ide'/>", "<target dev='vda' bus='virtio'/>")
    expect(diskOnVirtio(ideGuest)).toBe(changed(expected, diskAddress, ''))
  })

  test('was on SATA', () => {
    const expected = changed(sataGuest, "<target dev='sda' bus='sata'/>", "<target dev='vda' bus='virtio'/>")
    expect(diskOnVirtio(sataGuest)).toBe(changed(expected, diskAddress, ''))
  })

  test('gets a name that no other disk has', () => {
    const taken = changed(ideGuest, "dev='hdc' bus='ide'", "dev='vda' bus='virtio'")
    expect(diskOnVirtio(taken)).toContain("<target dev='vdb' bus='virtio'/>")
  })

  test('keeps its text if that is written in another way', () => {
    const odd = changed(ideGuest, "<target dev='hda' bus='ide'/>", '<target\n  bus="ide" dev="hda"></target>')
    expect(diskOnVirtio(odd)).toBe(
      changed(
        changed(odd, '<target\n  bus="ide" dev="hda">', "<target bus='virtio' dev='vda'>"),
        diskAddress,
        '',
      ),
    )
  })

  test.each([
    ['<wwn>5000c50015ea71ad</wwn>', '<wwn>'],
    ['<vendor>ACME</vendor>', '<vendor>'],
  ])('is not possible with %s', (element, reason) => {
    expect(diskOnVirtio(changed(ideGuest, '<serial>', `${element}<serial>`))).toContain(reason)
  })

  test('is not possible for a CD-ROM drive, or with an attribute that only other buses have', () => {
    expect(diskOnVirtio(ideGuest, 1)).toContain('cdrom')
    const rotating = changed(
      ideGuest,
      "bus='ide'/>\n      <serial>",
      "bus='ide' rotation_rate='1'/>\n      <serial>",
    )
    expect(diskOnVirtio(rotating)).toContain('rotation_rate')
  })
})

describe('a network interface', () => {
  test('on virtio keeps its MAC address and everything else', () => {
    const next = nic(ideGuest, 0, virtioNic)
    const withModel = changed(ideGuest, "<model type='e1000'/>", "<model type='virtio'/>")
    expect(next).toBe(
      changed(
        withModel,
        "      <address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/>\n",
        '',
      ),
    )
  })

  test('with a boot ROM of its own is left alone', () => {
    const withRom = changed(ideGuest, "<model type='e1000'/>", "<model type='e1000'/><rom file='/rom'/>")
    expect(nic(withRom, 0, virtioNic)).toContain('boot ROM')
  })

  test('gets vhost where QEMU moves its packets', () => {
    const expected = changed(
      ideGuest,
      "<driver name='qemu' queues='2'/>",
      "<driver name='vhost' queues='2'/>",
    )
    expect(nic(ideGuest, 1, vhostNic)).toBe(expected)
  })

  test('gets vhost where the definition does not say who moves its packets', () => {
    const without = changed(ideGuest, "      <driver name='qemu' queues='2'/>\n", '')
    const expected = changed(
      without,
      "      <model type='virtio'/>\n",
      "      <model type='virtio'/>\n      <driver name='vhost'/>\n",
    )
    expect(nic(without, 1, vhostNic)).toBe(expected)
  })

  test('of user-mode networking gets no vhost', () => {
    const user = ideGuest.replaceAll("<interface type='network'>", "<interface type='user'>")
    expect(nic(user, 1, vhostNic)).toContain('type user')
  })
})

test('the actuator allows every edit', () => {
  for (const to of [
    diskOnVirtio(ideGuest),
    diskOnVirtio(sataGuest),
    nic(ideGuest, 0, virtioNic),
    nic(ideGuest, 1, vhostNic),
  ]) {
    const from = to.includes('q35') ? sataGuest : ideGuest
    expect(definitionProblem(from, to)).toBeUndefined()
  }
})
