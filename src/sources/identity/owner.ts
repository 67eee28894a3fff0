// Whom a VM belongs to: libvirt's metadata says it, or Proxmox's option -id.
import type { Owner } from '../../model/vm.ts'
import type { QemuCommandLine } from '../cmdline/parse.ts'
import type { LibvirtDomain } from '../libvirt-status/parse.ts'
import { safeName } from './label.ts'

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function ownerOf(
  domain: LibvirtDomain | undefined,
  commandLine: QemuCommandLine | undefined,
): Owner | undefined {
  if (domain !== undefined) {
    const { owner } = domain
    return owner === undefined
      ? undefined
      : {
          manager: owner.manager,
          name: safeName(owner.name),
          group: safeName(owner.group),
          flavor: safeName(owner.flavor),
        }
  }
  const vmid = commandLine?.vmid
  return vmid === undefined ? undefined : { manager: 'proxmox', name: String(vmid), group: '', flavor: '' }
}

/** What stays the same over restarts of the VM: Proxmox's VMID or the UUID; undefined if there is neither. */
export function keyOf(
  domain: LibvirtDomain | undefined,
  commandLine: QemuCommandLine | undefined,
): string | undefined {
  if (domain === undefined && commandLine?.vmid !== undefined) return String(commandLine.vmid)
  const uuid = domain?.uuid ?? commandLine?.uuid
  return uuid !== undefined && uuidPattern.test(uuid) ? uuid.toLowerCase() : undefined
}
