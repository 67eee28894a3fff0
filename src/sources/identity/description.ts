// What libvirt or the command line says about a VM besides its name. Any user can start a process with any command line,
// so this one place makes the data safe to show: it cleans and bounds every string and gives each device a unique name.
import type { Disk, HostDevice, Nic } from '../../model/vm.ts'
import type { QemuCommandLine } from '../cmdline/parse.ts'
import type { LibvirtDomain } from '../libvirt-status/parse.ts'
import { safeName } from './label.ts'

/** The most disks, the most NICs and the most host devices shown per VM: as many as a PCI bus has functions, and more than real VMs have. */
export const maxDevices = 256

/** Every string is a `safeName`. Names of disks are unique within the VM, and so are those of NICs and of host devices. */
export interface Description {
  readonly uuid: string | undefined
  readonly machine: string | undefined
  /** At most `maxDevices`; the same holds for `nics` and `hostDevices`. */
  readonly disks: readonly Disk[]
  readonly nics: readonly Nic[]
  readonly hostDevices: readonly HostDevice[]
  /** How many disks, NICs and host devices are missing because of that limit. */
  readonly leftOut: number
}

export const withoutDevices = ({ uuid, machine }: Description): Description => ({ ...nothing, uuid, machine })

const nothing: Description = {
  uuid: undefined,
  machine: undefined,
  disks: [],
  nics: [],
  hostDevices: [],
  leftOut: 0,
}

// Keyed by object: each domain or command line is parsed once and never changes, and most scrapes see the same objects.
const described = new WeakMap<
  LibvirtDomain | QemuCommandLine,
  { readonly commandLine: QemuCommandLine | undefined; readonly description: Description }
>()

/** libvirt's data takes precedence over the command line. */
export function descriptionOf(
  domain: LibvirtDomain | undefined,
  commandLine: QemuCommandLine | undefined,
): Description {
  const first = domain ?? commandLine
  if (first === undefined) return nothing
  const known = described.get(first)
  if (known !== undefined && known.commandLine === commandLine) return known.description
  const description = describe(domain, commandLine)
  described.set(first, { commandLine, description })
  return description
}

function describe(domain: LibvirtDomain | undefined, commandLine: QemuCommandLine | undefined): Description {
  const disks = domain?.disks.map(named) ?? commandLine?.disks ?? []
  const nics = domain === undefined ? (commandLine?.nics ?? []) : nicsOf(domain, commandLine)
  const shownDisks = shown(disks)
  const shownNics = shown(nics)
  const hostDevices = (domain ?? commandLine)?.hostDevices ?? []
  const shownHostDevices = shown(hostDevices)
  return {
    uuid: safe(domain?.uuid ?? commandLine?.uuid),
    machine: safe(domain?.machine ?? commandLine?.machine),
    disks: shownDisks.map(({ device, target, bus, channel, emulated, cache, format }) => ({
      device,
      ...(target === undefined ? {} : { target: safeName(target) }),
      bus: safeName(bus),
      ...(channel === undefined ? {} : { channel }),
      ...(emulated === undefined ? {} : { emulated }),
      cache: safe(cache),
      format: safe(format),
    })),
    nics: shownNics.map(({ device, target, model, vhost }) => ({
      device,
      ...(target === undefined ? {} : { target: safeName(target) }),
      model: safeName(model),
      vhost,
    })),
    hostDevices: shownHostDevices.map(({ device, type, driver, address }) => ({
      device,
      type,
      driver: safeName(driver),
      address: safeName(address),
    })),
    leftOut:
      disks.length +
      nics.length +
      hostDevices.length -
      (shownDisks.length + shownNics.length + shownHostDevices.length),
  }
}

/**
 * libvirt writes its alias to the command line, but not its target. So the alias is the name that a device has whichever
 * source is readable. A device without an alias, which no running VM has, keeps its target.
 */
function named<Device extends { readonly device: string; readonly alias?: string | undefined }>({
  alias,
  ...rest
}: Device): Omit<Device, 'alias'> & { readonly target: string | undefined } {
  const target = rest.device === alias ? undefined : rest.device
  return { ...rest, device: alias ?? rest.device, target }
}

/** If the definition leaves vhost to libvirt, only the command line shows its choice. It lacks NICs plugged in later. */
function nicsOf(domain: LibvirtDomain, commandLine: QemuCommandLine | undefined): Nic[] {
  return domain.nics.map((nic) => ({
    ...named(nic),
    vhost: nic.vhost ?? commandLine?.nics.find(({ device }) => device === nic.alias)?.vhost,
  }))
}

/**
 * At most `maxDevices`, each with a safe and unique name: the second `a` becomes `a#2`, or the next number that is free.
 * OpenMetrics forbids two series with equal labels; they would cost the whole scrape.
 */
function shown<Device extends Disk | Nic | HostDevice>(devices: readonly Device[]): Device[] {
  const safe = devices.slice(0, maxDevices).map((device) => ({ ...device, device: safeName(device.device) }))
  const names = new Set(safe.map(({ device }) => device))
  const used = new Set<string>()
  return safe.map((each) => {
    let device = each.device
    for (let number = 2; used.has(device); number++) {
      const numbered = `${each.device}#${number}`
      if (!names.has(numbered)) device = numbered
    }
    used.add(device)
    return { ...each, device }
  })
}

const safe = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : safeName(text)
