// A VM's command line and libvirt status file: recorded from QEMU 7.2 under libvirt 9.0, with this VM's numbers.
import { readFileSync } from 'node:fs'
import type { FixtureVm } from './vm.ts'

const recorded = new URL('../../fixtures/qemu-7.2-libvirt-9.0/', import.meta.url)
const recordedName = 'web & shop "1"'
const recordedUuid = '6f1dd2f0-3c6a-4e0f-9a58-0d5a7b1f2c33'
const xml = readFileSync(new URL(`libvirt/${encodeURIComponent(recordedName)}.xml`, recorded), 'utf8')
const virtioXml = xml.replaceAll("bus='sata'", "bus='virtio'").replaceAll("type='e1000e'", "type='virtio'")
const cmdline = readFileSync(new URL('proc/5293/cmdline', recorded), 'utf8')

export function commandLineOf(vm: FixtureVm): string {
  return cmdline
    .replaceAll(recordedName, vm.name)
    .replaceAll(recordedName.replaceAll('"', '\\"'), vm.name)
    .replace(recordedUuid, vm.uuid)
    .replace('\0-m\x156\0', `\0-m\0${vm.memoryKib / 1024}\0`)
    .replace(
      '"type":"tap","fd":"30","id":"hostnet1"',
      '"type":"tap","fd":"30","vhost":true,"vhostfd":"31","id":"hostnet1"',
    )
}

export function statusXmlOf(vm: FixtureVm): string {
  const vcpus = vm.vcpus.map(({ tid }, id) => `    <vcpu id='${id}' pid='${tid}'/>`).join('\n')
  return (vm.isVirtio ? virtioXml : xml)
    .replaceAll('web &amp; shop &quot;1&quot;', () => escapeXml(vm.name))
    .replaceAll(recordedUuid, vm.uuid)
    .replace(/pid='5293'/, `pid='${vm.pid}'`)
    .replace(/<vcpus>.*<\/vcpus>/s, `<vcpus>\n${vcpus}\n  </vcpus>`)
    .replace(/<memory unit='KiB'>\d+/, `<memory unit='KiB'>${vm.memoryKib}`)
    .replace(/<currentMemory unit='KiB'>\d+/, `<currentMemory unit='KiB'>${vm.memoryKib / 2}`)
    .replaceAll(/(?<=dev=')tapweb(?=\d')/g, `tap${vm.index}x`)
}

const escapeXml = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
