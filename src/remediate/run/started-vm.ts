// The process of a VM now, which is another one after each start. The UUID says which VM it is.
import type { VmIdentity } from '../../model/remediation.ts'
import type { Sample } from '../../observe/sample.ts'
import { identityOf } from '../target/identity.ts'

export type StartedVm = VmIdentity & { readonly label: string }

/** undefined if it does not run. Only a VM of libvirt: any process can claim a UUID on its own command line. */
export function startedVm({ vms }: Sample, uuid: string | null, procfs: string): StartedVm | undefined {
  const vm = vms.find(
    (one) => uuid !== null && one.identitySource === 'libvirt' && one.uuid?.toLowerCase() === uuid,
  )
  const identity = vm && identityOf(vm, procfs)
  return vm && identity && { ...identity, label: vm.label }
}

export const isSameProcess = (one: VmIdentity, other: VmIdentity): boolean =>
  one.pid === other.pid && one.startTick === other.startTick
