// What an operator forbids: the kill switch, and VMs that the policy protects.
import type { IdentifiedVm } from './identity.ts'
import { isStopped, killSwitchPath } from './kill-switch.ts'
import type { Limits } from './limits.ts'

export interface Consent {
  readonly rundir: string
  /** Asked at each request. If it throws, only reading and reversing are left. */
  readonly limits: () => Limits
}

/** Why nothing of the VM or of the host may be changed, except to reverse. `vm`: undefined for the host. */
export function objection({ rundir, limits }: Consent, vm: IdentifiedVm | undefined): string | undefined {
  if (isStopped(rundir))
    return `the kill switch is set; remove ${killSwitchPath(rundir)} when changes may go on`
  if (vm === undefined) return undefined
  const { identity, name } = vm
  return limits().isProtected({ uuid: identity.uuid, name }) ? 'the policy protects this VM' : undefined
}
