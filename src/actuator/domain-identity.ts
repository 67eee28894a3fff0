// Whether a request means a domain that libvirt has: the UUID says which. Its process may have ended or be another one.
import { KvminfoError } from '../errors.ts'
import type { Domains } from '../libvirt/write.ts'
import type { VmIdentity } from '../model/remediation.ts'
import { attributeOf, childOf, parseDefinition } from './definition/tree.ts'
import type { IdentifiedVm } from './identity.ts'
import { type Problem, refused, stale } from './problem.ts'

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export async function identifyDomain(
  domains: Domains,
  identity: VmIdentity,
): Promise<IdentifiedVm | Problem> {
  const { uuid } = identity
  if (uuid === null || !uuidPattern.test(uuid))
    return refused('only a VM with a UUID has a definition in libvirt')
  try {
    if (!(await domains.persistent()).has(uuid))
      return stale(`libvirt has no domain ${uuid} that it keeps when it does not run`)
    const definition = parseDefinition(await domains.xml(uuid, 'inactive'))
    if (childOf(definition, 'uuid')?.text !== uuid || attributeOf(definition, 'type') !== 'kvm')
      return refused(`libvirt does not answer for the KVM domain ${uuid} when it is asked for it`)
    return { identity, name: childOf(definition, 'name')?.text }
  } catch (error) {
    if (!(error instanceof KvminfoError) || error.code !== 'SOURCE_DENIED') throw error
    return refused(
      `libvirt does not let the actuator change domains (${error.message}); deploy/systemd/README.md says how to allow it, and what that means`,
    )
  }
}
