import { describe, expect, test } from 'vitest'
import { isSameDefinition } from '../../../../src/actuator/definition/same.ts'
import {
  changed,
  ideGuest,
  ideGuestOnVirtio,
  sataGuest,
  sataGuestOnVirtio,
} from '../../../helpers/definitions.ts'

const diskAddress = "      <address type='drive' controller='0' bus='0' target='0' unit='0'/>\n"
const given = changed(
  changed(ideGuest, "<target dev='hda' bus='ide'/>", "<target dev='vda' bus='virtio'/>"),
  diskAddress,
  '',
)
const givenSata = changed(
  changed(sataGuest, "<target dev='sda' bus='sata'/>", "<target dev='vda' bus='virtio'/>"),
  diskAddress,
  '',
)

describe('what libvirt prints after it was given a text means that text', () => {
  test.each([
    ['with an address that libvirt gave', ideGuestOnVirtio, given],
    ['with a port that libvirt added', sataGuestOnVirtio, givenSata],
    ['unchanged', ideGuest, ideGuest],
    ['without any blanks', ideGuest, ideGuest.replaceAll(/>\s+</g, '><')],
    ['with other quotes', ideGuest, ideGuest.replaceAll("'", '"')],
  ])('%s', (_what, live, text) => {
    expect(isSameDefinition(live, text)).toBe(true)
  })
})

describe('is not the same', () => {
  test.each([
    ['another bus', ideGuest, given],
    ['another address', ideGuestOnVirtio, changed(ideGuestOnVirtio, "unit='0'/>", "unit='1'/>")],
    ['an address that libvirt has not', given, ideGuestOnVirtio],
    [
      'a device that libvirt has not',
      ideGuest,
      changed(ideGuest, '</devices>', "<rng model='virtio'/></devices>"),
    ],
    [
      'a device that only libvirt has',
      changed(ideGuest, '</devices>', "<rng model='virtio'/></devices>"),
      ideGuest,
    ],
    ['more memory', changed(ideGuest, "<memory unit='KiB'>", "<memory unit='KiB'>1"), ideGuest],
    [
      'a controller that is not of PCI and that only libvirt has',
      ideGuest,
      ideGuest.replace(/ *<controller type='ide'[\s\S]*?<\/controller>\n/, ''),
    ],
    ['no definition', ideGuest, ''],
    ['no XML', ideGuest, '<domain'],
  ])('%s', (_what, live, text) => {
    expect(isSameDefinition(live, text)).toBe(false)
  })
})

test('many devices that libvirt has not take little time', () => {
  const start = performance.now()
  for (const count of [30_000, 300_000]) {
    const text = ideGuest.replace('</devices>', `${'<a/>'.repeat(count)}</devices>`)
    expect(isSameDefinition(ideGuest, text)).toBe(false)
  }
  // A search for each of them takes much longer.
  expect(performance.now() - start).toBeLessThan(5_000)
})

test('refuses to compare if libvirt has printed no definition', () => {
  expect(() => isSameDefinition('<x/>', ideGuest)).toThrow('not a definition')
})
