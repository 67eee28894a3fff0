// What libvirt or the command line says of a VM besides its name. Any user can start a process that says anything, so
// this is the one place that makes it fit to be shown: cleaned, bounded, and each device under a name of its own.
import type { Disk, Nic } from '../../model/vm.ts'
import type { QemuCommandLine } from '../cmdline/parse.ts'
import type { LibvirtDomain } from '../libvirt-status/parse.ts'
import { safeName } from './label.ts'

/** Most disks, and most NICs, shown of one VM: as many as a PCI bus has functions, and more than VMs have. */
export const maxDevices = 256

/** Every string is a `safeName`; the name of a disk is that of no other disk of the VM, and so for NICs. */
export interface Description {
  readonly uuid: string | undefined
  readonly machine: string | undefined
  /** At most `maxDevices`, as `nics`. */
  readonly disks: readonly Disk[]
  readonly nics: readonly Nic[]
  /** How many disks and NICs are not in them for that reason. */
  readonly leftOut: number
}

const nothing: Description = { uuid: undefined, machine: undefined, disks: [], nics: [], leftOut: 0 }

// Each is parsed once and stays as it is, and most scrapes come with the same ones.
const described = new WeakMap<
  LibvirtDomain | QemuCommandLine,
  { readonly commandLine: QemuCommandLine | undefined; readonly description: Description }
>()

/** libvirt's word goes before the command line's. */
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
  const disks = domain?.disks ?? commandLine?.disks ?? []
  const nics = domain === undefined ? (commandLine?.nics ?? []) : nicsOf(domain, commandLine)
  const shownDisks = shown(disks)
  const shownNics = shown(nics)
  return {
    uuid: safe(domain?.uuid ?? commandLine?.uuid),
    machine: safe(domain?.machine ?? commandLine?.machine),
    disks: shownDisks.map(({ device, bus, cache, format }) => ({
      device,
      bus: safeName(bus),
      cache: safe(cache),
      format: safe(format),
    })),
    nics: shownNics.map(({ device, model, vhost }) => ({ device, model: safeName(model), vhost })),
    leftOut: disks.length + nics.length - shownDisks.length - shownNics.length,
  }
}

/** Only the command line knows what libvirt chose where the definition does not say; a NIC added later is not on it. */
function nicsOf(domain: LibvirtDomain, commandLine: QemuCommandLine | undefined): Nic[] {
  return domain.nics.map(({ device, model, vhost, alias }) => ({
    device,
    model,
    vhost: vhost ?? commandLine?.nics.find((nic) => nic.device === alias)?.vhost,
  }))
}

/**
 * Not too many, each with a safe name of its own: the second `a` is `a#2`, or has the next number that no other has.
 * OpenMetrics forbids two series with equal labels, and a whole scrape is lost by them.
 */
function shown<Device extends Disk | Nic>(devices: readonly Device[]): Device[] {
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
