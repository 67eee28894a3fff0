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
      state: { state: 'paused', reason: 'user', isMigrating: false },
      owner: undefined,
      vcpus: [
        { id: 0, tid: 5299 },
        { id: 1, tid: 5300 },
      ],
      disks: [
        { device: 'vda', alias: 'virtio-disk0', bus: 'virtio', cache: 'writeback', format: 'qcow2' },
        { device: 'sda', alias: 'sata0-0-0', bus: 'sata', cache: 'none', format: 'raw' },
      ],
      nics: [
        { device: 'net0', model: 'e1000e', vhost: false, alias: 'net0' },
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
    expect(old?.disks).toEqual([
      { device: 'hda', alias: 'ide0-0-0', bus: 'ide', channel: 0, cache: undefined, format: 'raw' },
    ])
    expect(old?.nics).toEqual([{ device: 'net0', model: 'rtl8139', vhost: false, alias: 'net0' }])
  })

  it.each([
    ['lsilogic', true],
    ['virtio-scsi', undefined],
  ])('say of a SCSI disk on a %s controller whether QEMU emulates it', (model, emulated) => {
    const devices =
      `<controller type='scsi' index='0' model='virtio-scsi'/><controller type='scsi' index='1' model='${model}'/>` +
      `<disk type='file' device='disk'><target dev='sdx' bus='scsi'/><address type='drive' controller='1'/></disk>`
    const disks = parse(web.replace('<emulator>', `${devices}<emulator>`))?.disks ?? []
    const disk = disks.find(({ device }) => device === 'sdx')
    expect(disk?.emulated).toBe(emulated)
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
    ['  padded  ', '  padded  '],
    ['<![CDATA[a <b> & ]]>c', 'a <b> & c'],
    ['a<!-- not this -->b', 'ab'],
    ['constructor', 'constructor'],
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

  it.each(['<a ', '<a>', "<a b='c' ", '<!--', '<![CDATA[', '&a;', '&#', ' ', '<a/>', '</a>', "<a b='"])(
    'is refused, however often it repeats %j',
    (piece) => {
      expect(() => parse(piece.repeat(200_000))).toThrow(KvminfoError)
      expect(() => parse(`<domstatus>${piece.repeat(200_000)}`)).toThrow(KvminfoError)
    },
  )
})

describe('what libvirt writes', () => {
  const given = (name: string) =>
    parse(
      readFileSync(
        new URL(`../../../fixtures/public-inputs/libvirt-status/${name}.xml`, import.meta.url),
        'utf8',
      ),
    )
  const devices = (xml: string) =>
    parse(web.replace(/(?<=<domain .*)<devices>.*<\/devices>/s, `<devices>${xml}</devices>`))
  const metadata = (xml: string, name = 'web') =>
    parse(web.replace(/<name>web.*?<\/name>/, `<name>${name}</name><metadata>${xml}</metadata>`))

  it.each(['status-backing-chain-40', 'status-backing-chain-110'])('is read: %s', (file) => {
    expect(given(file)).toMatchObject({
      name: 'chain',
      disks: [{ device: 'vda', bus: 'virtio', cache: 'none', format: 'qcow2' }],
    })
  })

  it('is read with the deepest backing chain that libvirt allows, and with 256 such disks', () => {
    const chain = `${"<backingStore type='file'><format type='qcow2'/>".repeat(200)}<backingStore/>${'</backingStore>'.repeat(200)}`
    const disks = Array.from(
      { length: 256 },
      (_, at) =>
        `<disk type='file' device='disk'><driver type='qcow2'/>${chain}<target dev='d${at}' bus='scsi'/></disk>`,
    )
    expect(devices(disks.join(''))?.disks).toHaveLength(256)
  })

  it('takes the driver of a disk, and not that of an image in its backing chain or of its mirror', () => {
    const mirror = "<mirror><driver name='qemu' type='raw' cache='unsafe'/><target dev='x'/></mirror>"
    expect(
      devices(
        `<disk device='disk'>${mirror}<driver type='qcow2' cache='none'/><target dev='vda' bus='virtio'/></disk>`,
      )?.disks,
    ).toEqual([{ device: 'vda', bus: 'virtio', cache: 'none', format: 'qcow2' }])
  })

  it.each([
    ['status-metadata-constructor', 'meta'],
    ['status-metadata-cdata-doctype', 'meta3'],
    ['status-name-blanks', ' web 1 '],
    ['status-name-entities', 'a & b <x> "q" 007'],
  ])('is read whatever other programs write into it: %s', (file, name) => {
    expect(given(file)?.name).toBe(name)
  })

  it.each([
    '<x:__proto__ xmlns:x="u"><toString/><hasOwnProperty a="1">b</hasOwnProperty></x:__proto__>',
    '<__proto__><domain><name>evil</name></domain></__proto__>',
    '<prototype/><constructor><prototype/></constructor>',
    '<a><!-- <!DOCTYPE x> --></a><?pi <!DOCTYPE ?>',
    "<a b='&lt;!DOCTYPE x>' c=\"<'>\"/>",
    '<a><![CDATA[</metadata></domain> ]] ]]></a>',
    '<domstatus pid="1"><domain type="qemu"><name>evil</name></domain></domstatus>',
    '<höhe>1</höhe>',
  ])('is read with the metadata %s', (text) => {
    expect(metadata(text)).toEqual(metadata(''))
    expect(Object.prototype).not.toHaveProperty('name')
  })

  it.each([
    ['status-actual-hostdev', { device: 'hostdev0', model: 'vfio-pci', vhost: false }],
    ['status-actual-bridge', { device: 'vnet3', model: 'virtio', vhost: true }],
    ['status-virtio-non-transitional', { device: 'vnet1', model: 'virtio', vhost: true }],
  ])('gives the NIC that the VM really has: %s', (file, nic) => {
    expect(given(file)?.nics).toMatchObject([nic])
  })

  it.each([
    ["<interface type='network'><actual type='hostdev'/><model type='virtio'/>", 'vfio-pci'],
    ["<interface type='network'><actual type='direct' mode='vepa'/><model type='virtio'/>", 'virtio'],
    ["<interface type='network'><actual type='network'/><model type='e1000e'/>", 'e1000e'],
    ["<interface type='bridge'><model type='virtio-transitional'/>", 'virtio'],
    ["<interface type='bridge'><model type='virtio-net-pci'/>", 'virtio'],
    ["<interface type='bridge'><model type='virtio-net-pci-non-transitional'/>", 'virtio'],
    ["<interface type='bridge'><model type='rtl8139'/>", 'rtl8139'],
    ["<interface type='bridge'><model type='virtio'/>", 'virtio'],
  ])('gives of %s … the model %s', (xml, model) => {
    expect(devices(`${xml}<alias name='net0'/></interface>`)?.nics[0]?.model).toBe(model)
  })

  // libvirt's tests: disk-ioeventfd, event_idx, virtio-lun (their command lines have no vhost), net-vdpa.
  it.each([
    ['user', 'virtio', "<driver name='vhost'/>", false],
    ['udp', 'virtio', '', false],
    ['bridge', 'e1000', '', false],
    ['bridge', 'virtio', '', undefined],
    ['ethernet', 'virtio', "<driver name='vhost'/>", true],
    ['vdpa', 'virtio', '', undefined],
  ])('knows where a NIC of type %s and model %s cannot use vhost', (type, model, driver, vhost) => {
    const nic = `<interface type='${type}'><model type='${model}'/>${driver}<alias name='net0'/></interface>`
    expect(devices(nic)?.nics[0]?.vhost).toBe(vhost)
  })

  // libvirt's tests luks-disks-source, disk-network-rbd-encryption and encrypted-disk, with their command lines.
  it.each([
    ['raw', "<source file='/a'><encryption format='luks' engine='qemu'/></source>", 'luks'],
    ['raw', "<source file='/a'><encryption format='luks'/></source>", 'luks'],
    ['raw', "<encryption format='luks'/>", 'luks'],
    ['raw', "<source protocol='rbd'><encryption format='luks2' engine='librbd'/></source>", 'raw'],
    ['qcow2', "<source file='/a'><encryption format='luks'/></source>", 'qcow2'],
  ])('gives an encrypted %s disk with %s the format of QEMU', (type, inner, format) => {
    const disk = `<disk device='disk'><driver name='qemu' type='${type}'/>${inner}<target dev='vda' bus='virtio'/></disk>`
    expect(devices(disk)?.disks[0]?.format).toBe(format)
  })

  it('gives the owner that Nova writes', () => {
    const nova = `<nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1">
      <nova:package version="27.1.0"/><nova:name>web &amp; db</nova:name>
      <nova:flavor name="m1.small"><nova:memory>2048</nova:memory></nova:flavor>
      <nova:owner><nova:user uuid="u">alice</nova:user><nova:project uuid="p-1">demo</nova:project></nova:owner>
    </nova:instance>`
    expect(metadata(nova)?.owner).toEqual({
      manager: 'nova',
      name: 'web & db',
      group: 'demo',
      flavor: 'm1.small',
    })
    expect(metadata(nova.replace('>demo<', '><'))?.owner?.group).toBe('p-1')
    expect(metadata('<nova:instance/>')?.owner).toEqual({ manager: 'nova', name: '', group: '', flavor: '' })
  })

  it('gives the namespace and the name of a VM of KubeVirt', () => {
    const kubevirt = '<kubevirt xmlns="http://kubevirt.io"><uid/></kubevirt>'
    expect(metadata(kubevirt, 'prod_web_1')?.owner).toEqual({
      manager: 'kubevirt',
      name: 'web_1',
      group: 'prod',
      flavor: '',
    })
    expect(metadata(kubevirt, 'plain')?.owner).toBeUndefined()
    expect(metadata('', 'prod_web_1')?.owner).toBeUndefined()
  })
})

describe('devices of the host', () => {
  const withDevices = (devices: string) =>
    parse(
      `<domstatus pid='7'><domain type='kvm'><name>a</name><devices>${devices}</devices></domain></domstatus>`,
    )
  const pci = "<address type='pci' domain='0x0000' bus='0x3b' slot='0x0a' function='0x1'/>"
  const uuid = '11111111-2222-4333-8444-555555555555'

  it.each([
    [
      'pci',
      "<driver name='vfio'/><source><address domain='0x0000' bus='0x3b' slot='0x0a' function='0x1'/></source>",
      '',
      { type: 'pci', driver: 'vfio-pci', address: '0000:3b:0a.1' },
    ],
    [
      'mdev',
      `<source><address uuid='${uuid}'/></source>`,
      " model='vfio-ccw'",
      { type: 'mdev', driver: 'vfio-ccw', address: uuid },
    ],
    [
      'usb',
      "<source><vendor id='0x0951'/><product id='0x1666'/><address bus='1' device='4'/></source>",
      '',
      { type: 'usb', driver: 'usb-host', address: '001/004' },
    ],
    [
      'usb',
      "<source startupPolicy='optional'><vendor id='0x0951'/><product id='0x1666'/></source>",
      '',
      { type: 'usb', driver: 'usb-host', address: '0951:1666' },
    ],
  ])('of type %s have a driver and an address', (type, source, attributes, expected) => {
    const hostdev = `<hostdev mode='subsystem' type='${type}'${attributes}>${source}<alias name='hostdev0'/></hostdev>`
    expect(withDevices(hostdev)?.hostDevices).toEqual([{ device: 'hostdev0', ...expected }])
  })

  it('are also NICs, by definition or from a network', () => {
    const expected = [{ device: 'hostdev0', type: 'pci', driver: 'vfio-pci', address: '0000:3b:0a.1' }]
    const own = `<interface type='hostdev'><source>${pci}</source><alias name='hostdev0'/></interface>`
    const pool = `<interface type='network'><source network='sriov'/><actual type='hostdev'><source>${pci}</source></actual><alias name='hostdev0'/></interface>`
    for (const nic of [own, pool]) {
      const domain = withDevices(nic)
      expect(domain?.hostDevices).toEqual(expected)
      expect(domain?.nics).toEqual([
        { device: 'hostdev0', model: 'vfio-pci', vhost: false, alias: 'hostdev0' },
      ])
    }
  })

  // libvirt's test net-virtio-teaming-hostdev
  it('are also NICs if they are half of a failover pair', () => {
    const domain = withDevices(
      `<hostdev type='pci'><source>${pci}</source><alias name='hostdev0'/><teaming type='transient' persistent='ua-net0'/></hostdev>`,
    )
    expect(domain?.nics).toEqual([{ device: 'hostdev0', model: 'vfio-pci', vhost: false, alias: 'hostdev0' }])
    expect(domain?.hostDevices).toHaveLength(1)
  })

  // libvirt's test hostdev-pci-address-unassigned
  it('are left out if they are reserved and the guest does not have them', () => {
    const unassigned = `<hostdev type='pci'><source>${pci}</source><alias name='hostdev0'/><address type='unassigned'/></hostdev>`
    expect(withDevices(unassigned)?.hostDevices).toBeUndefined()
  })

  it('of type scsi are disks, as QEMU has them, and those of type scsi_host are not', () => {
    const controller = "<controller type='scsi' index='1' model='lsilogic'/>"
    const disk =
      "<hostdev type='scsi'><alias name='hostdev0'/><address type='drive' controller='1'/></hostdev>"
    const host = "<hostdev type='scsi_host' model='virtio'><alias name='hostdev1'/></hostdev>"
    const domain = withDevices(controller + disk + host)
    expect(domain?.disks).toEqual([
      {
        device: 'hostdev0',
        alias: 'hostdev0',
        bus: 'scsi',
        emulated: true,
        cache: undefined,
        format: 'raw',
      },
    ])
    expect(domain).not.toHaveProperty('hostDevices')
  })
})
