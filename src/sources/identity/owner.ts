// Whom a VM belongs to: libvirt's metadata says it, Proxmox's option -id, or the command line of a VM of KubeVirt.
import type { Owner } from '../../model/vm.ts'
import type { QemuCommandLine } from '../cmdline/parse.ts'
import { kubevirtOwner } from '../kubevirt.ts'
import type { LibvirtDomain } from '../libvirt-status/parse.ts'
import { safeName } from './label.ts'

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function ownerOf(
  domain: LibvirtDomain | undefined,
  commandLine: QemuCommandLine | undefined,
): Owner | undefined {
  if (domain !== undefined) return safeOwner(domain.owner)
  if (commandLine?.isKubevirt === true) return safeOwner(kubevirtOwner(commandLine.name ?? ''))
  const vmid = commandLine?.vmid
  return vmid === undefined ? undefined : { manager: 'proxmox', name: String(vmid), group: '', flavor: '' }
}

function safeOwner(owner: Owner | undefined): Owner | undefined {
  return (
    owner && {
      manager: owner.manager,
      name: safeName(owner.name),
      group: safeName(owner.group),
      flavor: safeName(owner.flavor),
    }
  )
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
