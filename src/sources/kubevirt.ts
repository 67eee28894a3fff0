// KubeVirt's VMs. It calls a domain `<namespace>_<name>`, and a namespace has no underscore.
import type { Owner } from '../model/vm.ts'

/** `domain`: its name in libvirt. undefined if that is not one of KubeVirt. */
export function kubevirtOwner(domain: string): Owner | undefined {
  const at = domain.indexOf('_')
  return at > 0
    ? { manager: 'kubevirt', name: domain.slice(at + 1), group: domain.slice(0, at), flavor: '' }
    : undefined
}
