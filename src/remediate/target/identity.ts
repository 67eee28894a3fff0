// Which VM an alert means, now.
import type { VmIdentity } from '../../model/remediation.ts'
import type { Vm } from '../../model/vm.ts'
import { startTick } from '../../sources/process/process.ts'
import { readProcess } from '../../sources/process/read.ts'
import { WholeFile } from '../../sources/whole-file.ts'

/** The VM with that label in a sample. Labels are unique on a host. */
export function vmByLabel(vms: readonly Vm[], label: string): Vm | undefined {
  return vms.find((vm) => vm.label === label)
}

const file = new WholeFile()

/** The start of a process or thread in ticks, from its stat file; undefined if it has ended. */
export function startTickOf(path: string): number | undefined {
  const process = readProcess(path, 0, file)
  return process && startTick(process.startNs)
}

/** Read from /proc as the actuator does, so that both compare the same number. undefined if the VM has ended. */
export function identityOf(vm: Vm, procfs: string): VmIdentity | undefined {
  const tick = startTickOf(`${procfs}/${vm.pid}/stat`)
  // Other sources count in nanoseconds and may differ by one tick.
  if (tick === undefined || Math.abs(tick - startTick(vm.startNs)) > 1) return undefined
  return { uuid: vm.uuid?.toLowerCase() ?? null, pid: vm.pid, startTick: tick }
}
