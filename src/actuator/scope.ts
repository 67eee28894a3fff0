// What a request is about: the host, a process, or a domain of libvirt. From that follow its queue and the file in which its
// change is recorded.
import type { VmIdentity } from '../model/remediation.ts'
import type { ActuatorRequest, Operation } from './protocol.ts'
import type { FileSubject } from './vm-files.ts'

/** About a value or a lease. */
export type ChangeRequest = Exclude<ActuatorRequest, { readonly do: 'ping' }>

/** The operations that mean a domain of libvirt, which may be shut off, and not its process. */
export const isAboutDomain = ({ kind }: Operation): boolean =>
  kind === 'domain-xml' || kind === 'domain-power'

/** The operations that take several calls of libvirt. */
export const asksLibvirt = (operation: Operation): boolean =>
  isAboutDomain(operation) || ['balloon', 'test-disk', 'host-device'].includes(operation.kind)

/** The file of the record of changes. */
export function subjectOf(operation: Operation): FileSubject {
  if (!('vm' in operation)) return { name: 'host' }
  return isAboutDomain(operation) || operation.kind === 'test-disk'
    ? domainSubject(operation.vm.uuid!)
    : operation.vm
}

export const domainSubject = (uuid: string): FileSubject => ({ name: `domain-${uuid}` })

/** undefined for a request about the host. */
export function vmOf(request: ChangeRequest): VmIdentity | undefined {
  if ('vm' in request) return request.vm
  return 'vm' in request.operation ? request.operation.vm : undefined
}

/** The kernel may take a minute to move the host's memory, or a guest to shut down, and a lease must not wait for that. */
export function queueOf(request: ChangeRequest): string {
  if (request.do === 'guest') return domainQueue(request.vm.uuid)
  if (!('operation' in request)) return 'processes'
  const { operation } = request
  if (!('vm' in operation)) return 'host'
  return asksLibvirt(operation) ? domainQueue(operation.vm.uuid) : 'processes'
}

export const domainQueue = (uuid: string | null): string => `domain ${uuid}`
