// libvirt's status files: recorded ones, and hostile and broken XML.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KvminfoError } from '../../../../src/errors.ts'
import { parseLibvirtStatus } from '../../../../src/sources/libvirt-status/parse.ts'
import { anyText } from '../../../helpers/any-text.ts'

const recorded = (name: string) =>
  readFileSync(
    new URL(
      `../../../fixtures/qemu-7.2-libvirt-9.0/libvirt/${encodeURIComponent(name)}.xml`,
      import.meta.url,
    ),
    'utf8',
  )
const parse = (xml: string) => parseLibvirtStatus(xml, '/run/libvirt/qemu/x.xml')

const web = recorded('web & shop "1"')

describe('recorded files', () => {
  it('give identity, vCPU threads, devices and memory', () => {
    expect(parse(web)).toEqual({
      pid: 5293,
      name: 'web & shop "1"',
      uuid: '6f1dd2f0-3c6a-4e0f-9a58-0d5a7b1f2c33',
      machine: 'pc-q35-7.2',
      vcpus: [
        { id: 0, tid: 5299 },
        { id: 1, tid: 5300 },
      ],
      disks: [
        { device: 'vda', bus: 'virtio', cache: 'writeback', format: 'qcow2' },
        { device: 'sda', bus: 'sata', cache: 'none', format: 'raw' },
      ],
      nics: [
        { device: 'net0', model: 'e1000e', vhost: undefined, alias: 'net0' },
        { device: 'tapweb0', model: 'virtio', vhost: undefined, alias: 'net1' },
        { device: 'tapweb1', model: 'virtio', vhost: false, alias: 'net2' },
      ],
      memoryMaxBytes: 256 * 1024 ** 2,
      balloonBytes: 256 * 1024 ** 2,
    })
  })

  it('give one vCPU, disk and NIC if there is only one', () => {
    const old = parse(recorded('old'))
    expect(old).toMatchObject({ pid: 5308, name: 'old', vcpus: [{ id: 0, tid: 5313 }] })
    expect(old?.disks).toEqual([{ device: 'hda', bus: 'ide', cache: undefined, format: 'raw' }])
    expect(old?.nics).toEqual([{ device: 'net0', model: 'rtl8139', vhost: undefined, alias: 'net0' }])
  })

  it('give nothing for a domain that runs without KVM', () => {
    expect(parse(web.replace("<domain type='kvm'", "<domain type='qemu'"))).toBeUndefined()
  })

  it('give vfio-pci as the model of a NIC that is a passed-through device', () => {
    const nic =
      "<interface type='hostdev' managed='yes'><driver name='vfio'/><alias name='hostdev0'/></interface>"
    expect(parse(web.replace("<interface type='user'>", `${nic}<interface type='user'>`))?.nics[0]).toEqual({
      device: 'hostdev0',
      model: 'vfio-pci',
      vhost: false,
      alias: 'hostdev0',
    })
  })

  it('give no vCPU whose thread libvirt does not know', () => {
    expect(parse(web.replace("pid='5299'", "pid='0'"))?.vcpus).toEqual([{ id: 1, tid: 5300 }])
  })
})

describe('names', () => {
  const name = (text: string) => parse(web.replace(/<name>web.*?<\/name>/, `<name>${text}</name>`))?.name

  it.each([
    ['&lt;b&gt; &quot;&apos;&amp;', '<b> "\'&'],
    ['&#x263a;&#65;', '☺A'],
    ['  padded  ', 'padded'],
    ['__proto__', '__proto__'],
    ['007', '007'],
    ['true', 'true'],
  ])('reads %s as %s', (xml, text) => {
    expect(name(xml)).toBe(text)
  })

  it('keeps a name of 10 kB', () => {
    expect(name('x'.repeat(10_000))).toHaveLength(10_000)
  })
})

describe('a file that is not a valid status file', () => {
  const laughs = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>${web}`.replace(
    'web &amp;',
    '&b;',
  )

  it.each([
    ['an empty file', ''],
    ['half a file', web.slice(0, 9_000)],
    ['a file without its end', web.slice(0, -20)],
    ['entities of its own', laughs],
    ['an external entity', `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${web}`],
    ['no pid', web.replace("pid='5293'", "pid='x'")],
    ['pid 0', web.replace("pid='5293'", "pid='0'")],
    ['no name', web.replace(/<name>.*<\/name>/, '')],
    ['another document', '<html><body/></html>'],
    ['text in place of elements', '<domstatus pid="7">domain</domstatus>'],
  ])('is refused: %s', (_, xml) => {
    expect(() => parse(xml)).toThrow(KvminfoError)
    expect(() => parse(xml)).toThrow('/run/libvirt/qemu/x.xml')
  })

  it('never causes any error but KvminfoError', () => {
    const piece = fc.constantFrom(
      "<domstatus pid='5'>",
      '</domstatus>',
      "<domain type='kvm'>",
      '</domain>',
      '<name>',
      '</name>',
      '<',
      '&',
      'x',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          anyText(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (xml) => {
          try {
            parse(xml)
          } catch (error) {
            expect(error).toBeInstanceOf(KvminfoError)
          }
        },
      ),
    )
  })

  it('is refused quickly, even if it was written to be slow to parse', () => {
    const start = performance.now()
    expect(() => parse('<a '.repeat(20_000))).toThrow(KvminfoError)
    expect(() => parse(`${'<a>'.repeat(20_000)}`)).toThrow(KvminfoError)
    expect(performance.now() - start).toBeLessThan(3_000)
  })
})
