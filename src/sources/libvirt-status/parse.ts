// Parses a live status file of libvirt's QEMU driver, `<rundir>/libvirt/qemu/<name>.xml`: the current state of a VM.

import { KvminfoError } from '../../errors.ts'
import { isEmulatedScsiController, nicModel } from '../../model/emulated.ts'
import type { Disk, HostDevice, Owner, Vcpu } from '../../model/vm.ts'
import { decimal } from '../decimal.ts'
import { usbAddress } from '../host-device.ts'
import { kubevirtOwner } from '../kubevirt.ts'
import { type Element, readXml, type Wanted } from './xml.ts'

/** `device` is the target or, without one, the alias. */
interface LibvirtDisk extends Omit<Disk, 'target'> {
  /** QEMU's device id. */
  readonly alias?: string | undefined
}

interface LibvirtNic {
  /** The target or, without one, the alias. */
  readonly device: string
  readonly model: string
  /** Whether the definition asks for vhost; undefined if it leaves the choice to libvirt. */
  readonly vhost: boolean | undefined
  /** QEMU's device id, which connects the NIC with its -device on the command line. */
  readonly alias: string | undefined
}

/** The attributes `state` and `reason` of a status file: libvirt's words (`running`, `paused`; `booted`, `migration`, …). */
export interface LibvirtState {
  readonly state: string
  readonly reason: string
  /** Whether a migration from or to this host runs: attribute `async` of `<job>` (qemuDomainAsyncJob). */
  readonly isMigrating: boolean
}

export interface LibvirtDomain {
  readonly pid: number
  readonly name: string
  readonly uuid: string | undefined
  readonly machine: string | undefined
  readonly state: LibvirtState | undefined
  readonly owner: Owner | undefined
  /** As libosinfo names it: `http://microsoft.com/win/11`. Absent if the definition does not say it. */
  readonly guestOs?: string
  readonly vcpus: readonly Vcpu[]
  readonly disks: readonly LibvirtDisk[]
  readonly nics: readonly LibvirtNic[]
  /** Absent if there are none. */
  readonly hostDevices?: readonly HostDevice[]
  readonly memoryMaxBytes: number | undefined
  readonly balloonBytes: number | undefined
}

/**
 * The most that a file may have, in bytes. libvirt's own limits (backing chains of 200 images) make some megabytes; a
 * usual file has 30 kB.
 */
export const maxStatusBytes = 16 * 1024 * 1024

// Two thirds of a file list the capabilities of its QEMU, which nothing here needs; nor do we need backing chains.
const none: Wanted = {}
const nova: Wanted = {
  'nova:name': none,
  'nova:flavor': none,
  'nova:owner': { 'nova:project': none },
}
const wanted: Wanted = {
  domstatus: {
    vcpus: { vcpu: none },
    job: none,
    domain: {
      name: none,
      uuid: none,
      metadata: {
        'nova:instance': nova,
        kubevirt: none,
        'kubevirt:kubevirt': none,
        'libosinfo:libosinfo': { 'libosinfo:os': none },
      },
      memory: none,
      currentMemory: none,
      os: { type: none },
      devices: {
        controller: none,
        disk: {
          driver: none,
          source: { encryption: none },
          encryption: none,
          target: none,
          address: none,
          alias: none,
        },
        interface: {
          actual: { driver: none, source: { address: none } },
          source: { address: none },
          alias: none,
          driver: none,
          model: none,
          target: none,
        },
        hostdev: {
          source: { address: none, vendor: none, product: none },
          alias: none,
          address: none,
          teaming: none,
        },
      },
    },
  },
}

/** undefined for a domain that runs without KVM. Throws SOURCE_MALFORMED; `subject` is the file's name in messages. */
export function parseLibvirtStatus(xml: string, subject: string): LibvirtDomain | undefined {
  const malformed = (what: string, cause?: unknown) =>
    new KvminfoError(
      'SOURCE_MALFORMED',
      `${subject} ${what}; the name and devices of its VM come from the QEMU command line instead`,
      { cause },
    )
  let document: Element
  try {
    document = readXml(xml, wanted)
  } catch (cause) {
    throw malformed(`is not a valid status file (${(cause as Error).message})`, cause)
  }
  const status = document.first('domstatus')
  const domain = status?.first('domain')
  const pid = decimal(status?.attributes.get('pid'))
  const name = domain?.first('name')?.text
  if (status === undefined || domain === undefined || !pid || !name) {
    throw malformed('lacks a <domstatus> with a pid or a <domain> with a name')
  }
  if (domain.attributes.get('type') !== 'kvm') return undefined
  const devices = domain.first('devices')
  const emulatedControllers = emulatedScsiControllers(devices?.all('controller') ?? [])
  const interfaces = devices?.all('interface') ?? []
  const passed = devices?.all('hostdev') ?? []
  const hostDevices = [...interfaces.flatMap(hostDeviceOfNic), ...passed.flatMap(hostDeviceOf)]
  const libosinfo = domain.first('metadata')?.first('libosinfo:libosinfo')
  const guestOs = libosinfo?.first('libosinfo:os')?.attributes.get('id')
  return {
    pid,
    name,
    uuid: domain.first('uuid')?.text.trim(),
    machine: domain.first('os')?.first('type')?.attributes.get('machine'),
    state: stateOf(status),
    owner: ownerOf(name, domain.first('metadata')),
    ...(guestOs === undefined ? {} : { guestOs }),
    vcpus: (status.first('vcpus')?.all('vcpu') ?? []).flatMap(vcpuOf),
    disks: [
      ...(devices?.all('disk') ?? []).flatMap((disk) => diskOf(disk, emulatedControllers)),
      ...passed.flatMap((device) => passedThroughDisk(device, emulatedControllers)),
    ],
    nics: [...interfaces.flatMap(nicOf), ...passed.flatMap(failoverNic)],
    ...(hostDevices.length === 0 ? {} : { hostDevices }),
    memoryMaxBytes: bytesOf(domain.first('memory')),
    balloonBytes: bytesOf(domain.first('currentMemory')),
  }
}

/** libvirt's own words (virDomainState and its reasons); an empty reason where the file has none. */
function stateOf(status: Element): LibvirtState | undefined {
  const state = status.attributes.get('state')
  if (state === undefined) return undefined
  const job = status.first('job')?.attributes.get('async') ?? ''
  return { state, reason: status.attributes.get('reason') ?? '', isMigrating: job.startsWith('migration ') }
}

/** Whom the VM belongs to, if OpenStack Nova (metadata `nova:instance`) or KubeVirt defined it. */
function ownerOf(name: string, metadata: Element | undefined): Owner | undefined {
  const instance = metadata?.first('nova:instance')
  if (instance !== undefined) {
    const flavor = instance.first('nova:flavor')?.attributes.get('name')
    const project = instance.first('nova:owner')?.first('nova:project')
    return {
      manager: 'nova',
      name: instance.first('nova:name')?.text.trim() ?? '',
      group: project?.text.trim() || project?.attributes.get('uuid') || '',
      flavor: flavor ?? '',
    }
  }
  const isKubevirt =
    metadata?.first('kubevirt') !== undefined || metadata?.first('kubevirt:kubevirt') !== undefined
  return isKubevirt ? kubevirtOwner(name) : undefined
}

function vcpuOf({ attributes }: Element): Vcpu[] {
  const id = decimal(attributes.get('id'))
  const tid = decimal(attributes.get('pid'))
  // libvirt writes pid 0 as long as it does not know the thread.
  return id === undefined || tid === undefined || tid === 0 ? [] : [{ id, tid }]
}

/** Indexes of the SCSI controllers that QEMU emulates. A status file always names their model. */
function emulatedScsiControllers(controllers: readonly Element[]): ReadonlySet<string> {
  return new Set(
    controllers
      .map(({ attributes }) => attributes)
      .filter((controller) => controller.get('type') === 'scsi')
      .filter((controller) => isEmulatedScsiController(controller.get('model') ?? ''))
      .map((controller) => controller.get('index') ?? ''),
  )
}

/** Empty for CD-ROM and floppy drives, which cmdline/disks.ts leaves out too and explains. */
function diskOf(disk: Element, emulatedControllers: ReadonlySet<string>): LibvirtDisk[] {
  const kind = disk.attributes.get('device') ?? 'disk'
  if (kind !== 'disk' && kind !== 'lun') return []
  const target = disk.first('target')?.attributes
  const device = target?.get('dev')
  if (device === undefined) return []
  const driver = disk.first('driver')?.attributes
  const bus = target?.get('bus') ?? 'unknown'
  const address = disk.first('address')?.attributes
  const controller = address?.get('controller') ?? ''
  const channel = bus === 'ide' ? decimal(address?.get('bus')) : undefined
  return [
    {
      device,
      alias: aliasOf(disk),
      bus,
      ...(channel !== undefined && { channel }),
      cache: driver?.get('cache'),
      format: formatOf(disk, driver?.get('type')),
      ...(bus === 'scsi' && emulatedControllers.has(controller) && { emulated: true }),
    },
  ]
}

/** An encrypted raw image has QEMU's format luks, unless librbd decrypts it. */
function formatOf(disk: Element, format: string | undefined): string | undefined {
  const encryption = (disk.first('source')?.first('encryption') ?? disk.first('encryption'))?.attributes
  const isLuks = encryption?.get('format')?.startsWith('luks') && encryption.get('engine') !== 'librbd'
  return format === 'raw' && isLuks ? 'luks' : format
}

const aliasOf = (device: Element): string | undefined => device.first('alias')?.attributes.get('name')

/** A disk of the host's SCSI bus. QEMU has it as a disk too. */
function passedThroughDisk(device: Element, emulatedControllers: ReadonlySet<string>): LibvirtDisk[] {
  const alias = aliasOf(device)
  if (device.attributes.get('type') !== 'scsi' || alias === undefined) return []
  const controller = device.first('address')?.attributes.get('controller') ?? ''
  return [
    {
      device: alias,
      alias,
      bus: 'scsi',
      cache: undefined,
      format: 'raw',
      ...(emulatedControllers.has(controller) && { emulated: true }),
    },
  ]
}

/** libvirt reserves such a device for the VM, but does not give it to the guest. */
const isUnassigned = (device: Element): boolean =>
  device.first('address')?.attributes.get('type') === 'unassigned'

/** The half of a failover pair that is passed through. Otherwise a file does not say that a host device is a NIC. */
function failoverNic(device: Element): LibvirtNic[] {
  const alias = aliasOf(device)
  return device.first('teaming') === undefined || alias === undefined || isUnassigned(device)
    ? []
    : [{ device: alias, model: 'vfio-pci', vhost: false, alias }]
}

/** Empty for what is not passed through by VFIO or as a USB device. */
function hostDeviceOf(device: Element): HostDevice[] {
  if (isUnassigned(device)) return []
  const name = aliasOf(device)
  const type = device.attributes.get('type')
  const source = device.first('source')
  const address = source?.first('address')?.attributes
  if (name === undefined) return []
  if (type === 'pci') return [{ device: name, type, driver: 'vfio-pci', address: pciAddress(address) }]
  if (type === 'mdev') {
    const driver = device.attributes.get('model') ?? 'vfio-pci'
    return [{ device: name, type, driver, address: address?.get('uuid') ?? '' }]
  }
  if (type !== 'usb') return []
  const usb = usbAddress({
    bus: address?.get('bus'),
    device: address?.get('device'),
    port: address?.get('port'),
    vendor: source?.first('vendor')?.attributes.get('id'),
    product: source?.first('product')?.attributes.get('id'),
  })
  return [{ device: name, type, driver: 'usb-host', address: usb }]
}

/** A NIC can be a device of the host: `<interface type='hostdev'>`, or an SR-IOV device of a network. */
function hostDeviceOfNic(nic: Element): HostDevice[] {
  const actual = nic.first('actual')
  const device = aliasOf(nic)
  const type = actual?.attributes.get('type') ?? nic.attributes.get('type')
  if (type !== 'hostdev' || device === undefined) return []
  const source = (actual ?? nic).first('source')
  const address = pciAddress(source?.first('address')?.attributes)
  return [{ device, type: 'pci', driver: 'vfio-pci', address }]
}

/** `0000:01:00.0`; '' if a part is missing. libvirt writes the parts in hexadecimal. */
function pciAddress(address: ReadonlyMap<string, string> | undefined): string {
  const parts = ['domain', 'bus', 'slot', 'function'].map((part) => Number(address?.get(part) ?? Number.NaN))
  if (parts.some(Number.isNaN)) return ''
  const [domain, bus, slot, fn] = parts.map((part, at) => part.toString(16).padStart([4, 2, 2, 1][at]!, '0'))
  return `${domain}:${bus}:${slot}.${fn}`
}

/**
 * For a NIC of a libvirt network, `<actual>` says what libvirt took from the network: a device of an SR-IOV pool is passed
 * through (virDomainActualNetDefFormat). libvirt writes `<actual>` into status files only.
 */
function nicOf(nic: Element): LibvirtNic[] {
  const alias = aliasOf(nic)
  const device = nic.first('target')?.attributes.get('dev') ?? alias
  if (device === undefined) return []
  const actual = nic.first('actual')
  const type = actual?.attributes.get('type') ?? nic.attributes.get('type')
  const driver = nic.first('driver')?.attributes.get('name')
  const isPassedThrough =
    type === 'hostdev' || driver === 'vfio' || actual?.first('driver')?.attributes.get('name') === 'vfio'
  if (isPassedThrough) return [{ device, model: 'vfio-pci', vhost: false, alias }]
  const model = nicModel(nic.first('model')?.attributes.get('type') ?? 'unknown')
  return [{ device, model, vhost: vhostOf(type, model, driver), alias }]
}

/** The kernel's vhost serves virtio on tap devices only. The other end of vhost-user is a process, such as DPDK's. */
function vhostOf(type = '', model: string, driver: string | undefined): boolean | undefined {
  if (type === 'vdpa') return undefined
  if (!tapTypes.has(type) || model !== 'virtio') return false
  return driver === undefined ? undefined : driver === 'vhost'
}

/** Types of a NIC for which libvirt opens a tap device (virDomainNetDefFormat). */
const tapTypes = new Set(['network', 'bridge', 'direct', 'ethernet'])

const unitBytes: ReadonlyMap<string, number> = new Map([
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
])

/** libvirt's status files always use KiB. */
function bytesOf(size: Element | undefined): number | undefined {
  const value = decimal(size?.text.trim())
  const unit = unitBytes.get(size?.attributes.get('unit') ?? 'KiB')
  return value === undefined || unit === undefined ? undefined : value * unit
}
