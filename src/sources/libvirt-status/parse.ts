// A live status file of libvirt's QEMU driver, `<rundir>/libvirt/qemu/<name>.xml`: what the running VM has now.
import { XMLParser } from 'fast-xml-parser'
import { KvminfoError } from '../../errors.ts'
import type { Disk, Vcpu } from '../../model/vm.ts'
import { decimal } from '../decimal.ts'
import { type Element, element, elements, text } from './element.ts'

interface LibvirtNic {
  readonly device: string
  readonly model: string
  /** What the definition says of vhost; undefined where it leaves it to libvirt. */
  readonly vhost: boolean | undefined
  /** QEMU's device id, by which the command line is joined. */
  readonly alias: string | undefined
}

export interface LibvirtDomain {
  readonly pid: number
  readonly name: string
  readonly uuid: string | undefined
  readonly machine: string | undefined
  readonly vcpus: readonly Vcpu[]
  readonly disks: readonly Disk[]
  readonly nics: readonly LibvirtNic[]
  readonly memoryMaxBytes: number | undefined
  readonly balloonBytes: number | undefined
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  // `text` resolves the references that XML itself defines; there is no expansion of others.
  processEntities: false,
  ignoreDeclaration: true,
})

/** undefined for a domain that runs without KVM. Throws SOURCE_MALFORMED. */
export function parseLibvirtStatus(xml: string, subject: string): LibvirtDomain | undefined {
  const malformed = (what: string, cause?: unknown) =>
    new KvminfoError('SOURCE_MALFORMED', `${subject}: ${what}; its VM is named by its command line`, {
      cause,
    })
  if (xml.includes('<!DOCTYPE')) throw malformed('has a document type, which libvirt never writes')
  let root: Element
  try {
    root = parser.parse(withoutCapabilities(xml), true) as Element
  } catch (cause) {
    throw malformed(`is no XML (${cause instanceof Error ? cause.message : cause})`, cause)
  }
  const status = element(root, 'domstatus')
  const domain = element(status, 'domain')
  const pid = decimal(text(status, '@pid'))
  const name = text(domain, 'name')
  if (pid === undefined || pid === 0 || name === undefined || name === '') {
    throw malformed('has no domstatus with a pid and a domain with a name')
  }
  if (text(domain, '@type') !== 'kvm') return undefined
  const devices = element(domain, 'devices')
  return {
    pid,
    name,
    uuid: text(domain, 'uuid'),
    machine: text(element(element(domain, 'os'), 'type'), '@machine'),
    vcpus: elements(element(status, 'vcpus'), 'vcpu').flatMap(vcpuOf),
    disks: elements(devices, 'disk').flatMap(diskOf),
    nics: elements(devices, 'interface').flatMap(nicOf),
    memoryMaxBytes: bytesOf(domain, 'memory'),
    balloonBytes: bytesOf(domain, 'currentMemory'),
  }
}

/** Two thirds of a file list what this QEMU can do; nothing here reads it. */
function withoutCapabilities(xml: string): string {
  const start = xml.indexOf('<qemuCaps>')
  const end = xml.indexOf('</qemuCaps>')
  const domain = xml.indexOf('<domain ')
  return start !== -1 && start < end && end < domain
    ? xml.slice(0, start) + xml.slice(end + '</qemuCaps>'.length)
    : xml
}

function vcpuOf(vcpu: Element): Vcpu[] {
  const id = decimal(text(vcpu, '@id'))
  const tid = decimal(text(vcpu, '@pid'))
  // libvirt writes pid 0 while it does not know the thread.
  return id === undefined || tid === undefined || tid === 0 ? [] : [{ id, tid }]
}

/** Nothing for CD-ROM and floppy drives: they carry no load, and are emulated in VMs that are all virtio otherwise. */
function diskOf(disk: Element): Disk[] {
  const kind = text(disk, '@device') ?? 'disk'
  if (kind !== 'disk' && kind !== 'lun') return []
  const target = element(disk, 'target')
  const device = text(target, '@dev')
  if (device === undefined) return []
  const driver = element(disk, 'driver')
  return [
    {
      device,
      bus: text(target, '@bus') ?? 'unknown',
      cache: text(driver, '@cache'),
      format: text(driver, '@type'),
    },
  ]
}

function nicOf(nic: Element): LibvirtNic[] {
  const alias = text(element(nic, 'alias'), '@name')
  const device = text(element(nic, 'target'), '@dev') ?? alias
  if (device === undefined) return []
  const type = text(nic, '@type')
  const passedThrough = type === 'hostdev' || text(element(nic, 'driver'), '@name') === 'vfio'
  if (passedThrough) return [{ device, model: 'vfio-pci', vhost: false, alias }]
  const driver = text(element(nic, 'driver'), '@name')
  const model = text(element(nic, 'model'), '@type') ?? 'unknown'
  return [{ device, model, vhost: driver === undefined ? undefined : driver === 'vhost', alias }]
}

const unitBytes: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** libvirt's status files always say KiB. */
function bytesOf(domain: Element | undefined, name: string): number | undefined {
  const value = decimal(text(domain, name))
  const unit = unitBytes[text(element(domain, name), '@unit') ?? 'KiB']
  return value === undefined || unit === undefined ? undefined : value * unit
}
