// What a VM does, as libvirt's status file or QEMU says it.
import type { VmState } from '../../model/vm.ts'
import type { LibvirtState } from '../libvirt-status/parse.ts'

const states: ReadonlyMap<string, VmState> = new Map([
  ['running', 'running'],
  ['blocked', 'running'],
  ['paused', 'paused'],
  ['in shutdown', 'shutdown'],
  ['shutdown', 'shutdown'],
  ['crashed', 'crashed'],
  ['pmsuspended', 'suspended'],
])

/** undefined if the file has no state, or one that this program does not know. */
export function stateOf(status: LibvirtState | undefined): VmState | undefined {
  if (status === undefined) return undefined
  return status.isMigrating ? 'migrating' : states.get(status.state)
}
