// Whether a domain has a place for a disk that is plugged in.
import { expect, test } from 'vitest'
import { freeDiskName, whyNoHotPlug } from '../../../../src/sources/libvirt-status/hot-plug.ts'
import { everything, readXml } from '../../../../src/sources/libvirt-status/xml.ts'
import { changed, ideGuest, sataGuest, sataGuestOnVirtio } from '../../../helpers/definitions.ts'

const domainOf = (xml: string) => readXml(xml, everything).first('domain')!
const why = (xml: string) => whyNoHotPlug(domainOf(xml))

const inSlots = (slots: readonly number[]): string =>
  slots
    .map((slot) => `<rng><address type='pci' bus='0x00' slot='0x${slot.toString(16)}' function='0x0'/></rng>`)
    .join('')
const withDevices = (xml: string, text: string) => changed(xml, '</devices>', `${text}</devices>`)
const slots = Array.from({ length: 31 }, (_, index) => index + 1)
const port = (index: number, more = '') =>
  `<controller type='pci' index='${index}' model='pcie-root-port'><target chassis='9'${more}/></controller>`

test('a PC has a place while one of its slots is free', () => {
  expect(why(ideGuest)).toBeUndefined()
  expect(why(withDevices(ideGuest, inSlots(slots.slice(0, -1))))).toBeUndefined()
  expect(why(withDevices(ideGuest, inSlots(slots)))).toBe('the VM has no free PCI slot or port')
})

test('a Q35 has a place if a port is free and takes devices while the VM runs', () => {
  expect(why(sataGuest)).toContain('no free PCI')
  expect(why(sataGuestOnVirtio)).toContain('no free PCI')
  expect(why(withDevices(sataGuest, port(7)))).toBeUndefined()
  expect(why(withDevices(sataGuest, port(7, " hotplug='off'")))).toContain('no free PCI')
  expect(why(withDevices(sataGuest, port(7, " hotplug='on'")))).toBeUndefined()
})

test.each([
  ['without ACPI', changed(ideGuest, '<acpi/>', ''), 'no ACPI'],
  ['of another architecture', changed(ideGuest, "arch='x86_64'", "arch='s390x'"), 'x86_64'],
  [
    'without a PCI bus',
    changed(ideGuest, "<controller type='pci' index='0' model='pci-root'/>", ''),
    'no free PCI',
  ],
])('a VM %s has none', (_what, xml, reason) => {
  expect(why(xml)).toContain(reason)
})

test('a disk gets the last name that is free', () => {
  expect(freeDiskName(domainOf(ideGuest))).toBe('vdz')
  expect(freeDiskName(domainOf(changed(ideGuest, "dev='hdc'", "dev='vdz'")))).toBe('vdy')
  const all = [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => `<disk><target dev='vd${letter}'/></disk>`)
  expect(freeDiskName(domainOf(withDevices(ideGuest, all.join(''))))).toBeUndefined()
})
