// The closed set: a program that has taken over `kvminfo remediate` can say anything here.
import { describe, expect, test } from 'vitest'
import { definitionProblem } from '../../../../src/actuator/definition/allowed.ts'
import { changed, ideGuest, sataGuest } from '../../../helpers/definitions.ts'

const target = "<target dev='hda' bus='ide'/>"
const diskAddress = "      <address type='drive' controller='0' bus='0' target='0' unit='0'/>\n"
const onVirtio = changed(changed(ideGuest, target, "<target dev='vda' bus='virtio'/>"), diskAddress, '')
const ofE1000 = "<model type='e1000'/>"

describe('may become the definition', () => {
  test.each([
    ['a disk on virtio without its address', onVirtio],
    ['another model of a network interface', changed(ideGuest, ofE1000, "<model type='virtio'/>")],
    [
      'a driver of a network interface',
      changed(ideGuest, ofE1000, "<model type='virtio'/><driver name='vhost'/>"),
    ],
    [
      'huge pages',
      changed(
        ideGuest,
        '<vcpu',
        "<memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages></memoryBacking><vcpu",
      ),
    ],
  ])('%s, and back', (_what, to) => {
    expect(definitionProblem(ideGuest, to)).toBeUndefined()
    expect(definitionProblem(to, ideGuest)).toBeUndefined()
  })

  test('a SATA disk on virtio', () => {
    const to = changed(sataGuest, "<target dev='sda' bus='sata'/>", "<target dev='vda' bus='virtio'/>")
    expect(definitionProblem(sataGuest, to)).toBeUndefined()
  })
})

const device = (text: string): string => changed(onVirtio, '</devices>', `${text}</devices>`)
const inDomain = (text: string): string => changed(onVirtio, '</domain>', `${text}</domain>`)
const disk = (from: string, to: string): string => changed(onVirtio, from, to)

describe('may not become the definition', () => {
  test.each([
    [
      'another disk of the host',
      disk("<source file='/var/lib/libvirt/images/web1.raw'/>", "<source file='/etc/shadow'/>"),
    ],
    ['a disk of another type', disk("<disk type='file' device='disk'>", "<disk type='block' device='disk'>")],
    [
      'a CD-ROM drive as a disk',
      disk("<disk type='file' device='cdrom'>", "<disk type='file' device='disk'>"),
    ],
    [
      'a disk as a CD-ROM drive',
      disk("<disk type='file' device='disk'>", "<disk type='file' device='cdrom'>"),
    ],
    ['a CD-ROM drive on virtio', disk("<target dev='hdc' bus='ide'/>", "<target dev='vdc' bus='virtio'/>")],
    ['no cache', disk("cache='none'", "cache='unsafe'")],
    ['no serial number', disk('<serial>W-0001</serial>', '')],
    ['another boot order', disk("<boot order='1'/>", "<boot order='2'/>")],
    [
      'one disk more',
      device(
        "<disk type='block' device='disk'><source dev='/dev/sda'/><target dev='vdb' bus='virtio'/></disk>",
      ),
    ],
    ['one disk less', onVirtio.replace(/ *<disk type='file' device='cdrom'>[\s\S]*?<\/disk>\n/, '')],
    [
      'a device of the host',
      device(
        "<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>",
      ),
    ],
    [
      'a folder of the host',
      device("<filesystem type='mount'><source dir='/'/><target dir='root'/></filesystem>"),
    ],
    [
      'another emulator',
      disk('<emulator>/usr/bin/qemu-system-x86_64</emulator>', '<emulator>/tmp/evil</emulator>'),
    ],
    ['a second emulator', device('<emulator>/tmp/evil</emulator>')],
    [
      'arguments of QEMU',
      inDomain(
        "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-drive'/></qemu:commandline>",
      ),
    ],
    ['a kernel of its own', disk('</type>', '</type><kernel>/boot/vmlinuz</kernel>')],
    ['another name', disk('<name>web1</name>', '<name>web2</name>')],
    ['another UUID', disk('<uuid>5', '<uuid>6')],
    ['another amount of memory', disk("<memory unit='KiB'>", "<memory unit='MiB'>")],
    [
      'another network',
      disk(
        "<source network='default'/>\n      <model type='e1000'/>",
        "<source network='admin'/>\n      <model type='e1000'/>",
      ),
    ],
    ['another MAC address', disk("address='52:54:00:11:22:01'", "address='52:54:00:11:22:99'")],
    ['no network filter', disk("<filterref filter='clean-traffic'/>", '')],
    ['a listening address', disk("listen='127.0.0.1'", "listen='0.0.0.0'")],
    ['another label', inDomain("<seclabel type='none'/>")],
    [
      'memory that others can see',
      disk('<vcpu', "<memoryBacking><access mode='shared'/></memoryBacking><vcpu"),
    ],
    [
      'a path in huge pages',
      disk(
        '<vcpu',
        "<memoryBacking><hugepages><page size='2048' unit='KiB' path='/tmp'/></hugepages></memoryBacking><vcpu",
      ),
    ],
    ['memory of a file', disk('<vcpu', "<memoryBacking><source type='file'/></memoryBacking><vcpu")],
    [
      'two places for memory',
      disk('<vcpu', '<memoryBacking/><memoryBacking><hugepages/></memoryBacking><vcpu'),
    ],
    ['a bus of floppies', disk("<target dev='vda' bus='virtio'/>", "<target dev='fda' bus='fdc'/>")],
    [
      'a bus that is a property of objects',
      disk("<target dev='vda' bus='virtio'/>", "<target dev='vda' bus='constructor'/>"),
    ],
    ['a name of another bus', disk("<target dev='vda' bus='virtio'/>", "<target dev='sda' bus='virtio'/>")],
    [
      'a name that is a path',
      disk("<target dev='vda' bus='virtio'/>", "<target dev='../vda' bus='virtio'/>"),
    ],
    [
      'another attribute of the target',
      disk("<target dev='vda' bus='virtio'/>", "<target dev='vda' bus='virtio' tray='open'/>"),
    ],
    [
      'a second target',
      disk(
        "<target dev='vda' bus='virtio'/>",
        "<target dev='vda' bus='virtio'/><target dev='vdb' bus='virtio'/>",
      ),
    ],
    [
      'an address with an attribute',
      disk(
        "<target dev='vda' bus='virtio'/>",
        "<target dev='vda' bus='virtio'/><address type='pci' uuid='1'/>",
      ),
    ],
    [
      'an address of another kind',
      disk(
        "<target dev='vda' bus='virtio'/>",
        "<target dev='vda' bus='virtio'/><address type='unassigned'/>",
      ),
    ],
    [
      'two addresses',
      disk(
        "<target dev='vda' bus='virtio'/>",
        "<target dev='vda' bus='virtio'/><address type='pci'/><address type='pci'/>",
      ),
    ],
    [
      'an address with something in it',
      disk(
        "<target dev='vda' bus='virtio'/>",
        "<target dev='vda' bus='virtio'/><address type='pci'><zpci/></address>",
      ),
    ],
    ['an unknown model', disk(ofE1000, "<model type='vmxnet3'/>")],
    ['two models', disk(ofE1000, "<model type='virtio'/><model type='virtio'/>")],
    ['a model with a text', disk(ofE1000, "<model type='virtio'>x</model>")],
    ['a driver of another kind', disk(ofE1000, "<model type='virtio'/><driver name='vfio'/>")],
    ['more queues', disk(ofE1000, "<model type='virtio'/><driver name='vhost' queues='64'/>")],
    ['another kind of domain', disk("<domain type='kvm'>", "<domain type='qemu'>")],
    ['a domain of another name space', disk("<domain type='kvm'>", "<domain type='kvm' xmlns='urn:x'>")],
    ['two domains', `${onVirtio}${onVirtio}`],
    ['a domain in something else', `<domains>${onVirtio}</domains>`],
    ['text after the end', `${onVirtio}<x/>`],
    [
      'an XML declaration, which may name another encoding',
      `<?xml version='1.0' encoding='UTF-7'?>${onVirtio}`,
    ],
    [
      'a document type with entities',
      `<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>${onVirtio}`,
    ],
    ['a comment', changed(onVirtio, '</devices>', '<!-- --></devices>')],
    ['a CDATA section', changed(onVirtio, '</devices>', '<![CDATA[x]]></devices>')],
    ['a NUL', `${onVirtio}\0`],
    ['a NUL inside', changed(onVirtio, '</devices>', '\0</devices>')],
    ['half a character', changed(onVirtio, '</devices>', '\ud800</devices>')],
    ['a carriage return', changed(onVirtio, '</devices>', '\r</devices>')],
    ['a line end in an attribute', changed(onVirtio, "dev='vda'", "dev='vda\n'")],
    ['an element that is not closed', onVirtio.replace('</domain>', '')],
    [
      'something that is deep',
      changed(onVirtio, '</devices>', `${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}</devices>`),
    ],
    ['nothing', ''],
    ['the same', ideGuest],
    ['the same in another order of attributes', changed(ideGuest, target, "<target bus='ide' dev='hda'/>")],
  ])('%s', (_what, to) => {
    expect(definitionProblem(ideGuest, to)).toEqual(expect.any(String))
  })
})
