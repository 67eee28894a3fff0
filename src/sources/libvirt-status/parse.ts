// Parses a live status file of libvirt's QEMU driver, `<rundir>/libvirt/qemu/<name>.xml`: the current state of a VM.
import { XMLParser } from 'fast-xml-parser'
import { KvminfoError } from '../../errors.ts'
import type { Disk, Vcpu } from '../../model/vm.ts'
import { decimal } from '../decimal.ts'
import { type Element, element, elements, text } from './element.ts'

interface LibvirtNic {
  readonly device: string
  readonly model: string
  /** Whether the definition asks for vhost; undefined if it leaves the choice to libvirt. */
  readonly vhost: boolean | undefined
  /** QEMU's device id, which connects the NIC with its -device on the command line. */
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
  // `text` resolves the references that XML predefines. Nothing expands any others.
  processEntities: false,
  ignoreDeclaration: true,
})

/** undefined for a domain that runs without KVM. Throws SOURCE_MALFORMED; `subject` is the file's name in messages. */
export function parseLibvirtStatus(xml: string, subject: string): LibvirtDomain | undefined {
  const malformed = (what: string, cause?: unknown) =>
    new KvminfoError(
      'SOURCE_MALFORMED',
      `${subject} ${what}; the name and devices of its VM come from the QEMU command line instead`,
      { cause },
    )
  if (xml.includes('<!DOCTYPE'))
    throw malformed('has a document type declaration, which libvirt never writes')
  let root: Element
  try {
    root = parser.parse(withoutCapabilities(xml), true) as Element
  } catch (cause) {
    throw malformed(`is not valid XML (${cause instanceof Error ? cause.message : cause})`, cause)
  }
  const status = element(root, 'domstatus')
  const domain = element(status, 'domain')
  const pid = decimal(text(status, '@pid'))
  const name = text(domain, 'name')
  if (pid === undefined || pid === 0 || name === undefined || name === '') {
    throw malformed('lacks a <domstatus> with a pid or a <domain> with a name')
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

/** Two thirds of a file list the capabilities of its QEMU, which nothing here needs. */
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
  // libvirt writes pid 0 as long as it does not know the thread.
  return id === undefined || tid === undefined || tid === 0 ? [] : [{ id, tid }]
}

/** Empty for CD-ROM and floppy drives, which cmdline/disks.ts leaves out too and explains. */
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

/** libvirt's status files always use KiB. */
function bytesOf(domain: Element | undefined, name: string): number | undefined {
  const value = decimal(text(domain, name))
  const unit = unitBytes[text(element(domain, name), '@unit') ?? 'KiB']
  return value === undefined || unit === undefined ? undefined : value * unit
}
