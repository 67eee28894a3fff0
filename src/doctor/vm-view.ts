// A VM as the checks see it: what the sources know of it, and how its command line tunes it.
import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { KvminfoError } from '../errors.ts'
import type { HostSnapshot } from '../model/host-snapshot.ts'
import type { Task } from '../model/task.ts'
import type { Vm } from '../model/vm.ts'
import type { VmMemory } from '../model/vm-memory.ts'
import { attempt, once } from '../sources/attempt.ts'
import type { KeptCommandLines } from '../sources/cmdline/kept-command-lines.ts'
import type { VmTuning } from '../sources/cmdline/tuning.ts'

export interface VmView {
  readonly vm: Vm
  /** Throws if the command line cannot be read. */
  readonly tuning: () => VmTuning
  readonly memory: VmMemory | undefined
  /** Of its vCPU threads. */
  readonly tasks: readonly Task[]
  /** Path of the program that runs, with ` (deleted)` if it was replaced. Throws if this user may not see it. */
  readonly program: () => string
}

/** Problems of single VMs cost only what they concern. */
export function viewVms(
  snapshot: HostSnapshot,
  procfs: string,
  commandLines: Pick<KeptCommandLines, 'tuning'>,
): VmView[] {
  // A whole part that is not available costs only what needs it.
  const tasks = attempt(() => snapshot.vcpuTasks().value).value
  const memory = attempt(() => snapshot.vmMemory().value).value
  return snapshot.vms().value.map((vm) => ({
    vm,
    tuning: once(() => commandLines.tuning(vm.pid)),
    memory: memory?.get(vm.pid),
    tasks: vm.vcpus.flatMap(({ tid }) => tasks?.get(tid) ?? []),
    program: () => programOf(procfs, vm.pid),
  }))
}

function programOf(procfs: string, pid: number): string {
  const path = join(procfs, String(pid), 'exe')
  try {
    return readlinkSync(path)
  } catch (cause) {
    throw new KvminfoError('SOURCE_DENIED', `cannot read ${path}; run kvminfo doctor as root`, { cause })
  }
}
