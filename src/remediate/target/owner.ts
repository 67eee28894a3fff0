// Which program manages a VM, and so may undo or forget what somebody else changes. Ownership is per knob: Proxmox, for
// example, sets a VM's devices and never a real-time policy.
import { readFileSync } from 'node:fs'
import type { ActionName } from '../../model/remediation.ts'
import type { Vm } from '../../model/vm.ts'
import type { Element } from '../../sources/libvirt-status/xml.ts'

type Manager =
  | 'proxmox'
  | 'nova'
  | 'kubevirt'
  | 'ovirt'
  | 'opennebula'
  | 'cloudstack'
  /** A namespace in the metadata that we do not know: some program that keeps notes there. */
  | 'unknown'

export interface VmManager {
  readonly manager: Manager
  /** For plans, such as `OpenStack Nova`. */
  readonly name: string
}

/** What is in the metadata of a domain that only libvirt manages: what virt-manager and virt-install write. */
const ofNobody = /^https?:\/\/libosinfo\.org\//

const byNamespace: readonly (readonly [RegExp, Manager])[] = [
  [/^http:\/\/openstack\.org\/xmlns\/libvirt\/nova\//, 'nova'],
  [/^http:\/\/kubevirt\.io$/, 'kubevirt'],
  [/^http:\/\/ovirt\.org\/vm\//, 'ovirt'],
  [/^http:\/\/opennebula\.org\/xmlns\/libvirt\//, 'opennebula'],
]

/** Names that a system gives to its domains, which have no metadata of it. */
const byName: readonly (readonly [RegExp, Manager])[] = [
  [/^instance-[0-9a-f]{8}$/, 'nova'],
  [/^one-\d+$/, 'opennebula'],
  [/^[isrv]-\d+-(\d+-)?(VM|[A-Z]+)$/, 'cloudstack'],
]

const names: Readonly<Record<Exclude<Manager, 'unknown'>, string>> = {
  proxmox: 'Proxmox VE',
  nova: 'OpenStack Nova',
  kubevirt: 'KubeVirt',
  ovirt: 'oVirt',
  opennebula: 'OpenNebula',
  cloudstack: 'Apache CloudStack',
}

/** `domain`: libvirt's definition, if it was read. undefined if only libvirt, or nobody, manages the VM. */
export function managerOf(
  { owner, label, pid }: Pick<Vm, 'owner' | 'label' | 'pid'>,
  procfs: string,
  domain: Element | undefined,
): VmManager | undefined {
  const known = (manager: Exclude<Manager, 'unknown'>): VmManager => ({ manager, name: names[manager] })
  if (owner !== undefined) return known(owner.manager)
  if (isInPod(procfs, pid)) return known('kubevirt')
  const foreign = namespacesOf(domain).filter((uri) => !ofNobody.test(uri))
  for (const uri of foreign) {
    const manager = byNamespace.find(([pattern]) => pattern.test(uri))?.[1]
    if (manager !== undefined && manager !== 'unknown') return known(manager)
  }
  const named = byName.find(([pattern]) => pattern.test(domain?.first('name')?.text ?? label))?.[1]
  if (named !== undefined && named !== 'unknown') return known(named)
  return foreign[0] === undefined
    ? undefined
    : { manager: 'unknown', name: `the program whose metadata is ${foreign[0]}` }
}

/** QEMU in a pod of Kubernetes: there, libvirt runs in the pod too. */
function isInPod(procfs: string, pid: number): boolean {
  try {
    return readFileSync(`${procfs}/${pid}/cgroup`, 'utf8').includes('/kubepods')
  } catch {
    return false
  }
}

/** The namespaces of the elements in <metadata>; `''` for an element without one. */
function namespacesOf(domain: Element | undefined): string[] {
  return (domain?.first('metadata')?.children() ?? []).map(([name, element]) => {
    const [prefix] = name.includes(':') ? name.split(':') : []
    const attribute = prefix === undefined ? 'xmlns' : `xmlns:${prefix}`
    return element.attributes.get(attribute) ?? domain?.attributes.get(attribute) ?? ''
  })
}

/** The actions that change what a manager sets by itself. A scheduling policy is set by none of them. */
const managed: Readonly<Record<Manager, readonly ActionName[]>> = {
  proxmox: ['cpu-weight', 'balloon-deflate', 'balloon-inflate'],
  nova: ['cpu-weight'],
  kubevirt: ['cpu-weight'],
  ovirt: ['cpu-weight', 'balloon-deflate', 'balloon-inflate'],
  opennebula: ['cpu-weight'],
  cloudstack: ['cpu-weight', 'balloon-deflate', 'balloon-inflate'],
  unknown: ['cpu-weight', 'balloon-deflate', 'balloon-inflate'],
}

/** All of them make the definition anew: an edit of ours would vanish. */
const definitionActions: readonly ActionName[] = ['virtio-disk', 'virtio-nic', 'vhost-net', 'assign-device']

export const manages = ({ manager }: VmManager, action: ActionName): boolean =>
  definitionActions.includes(action) || managed[manager].includes(action)
