// A VM as the checks see it: what the sources know of it, and how its command line tunes it.
import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { KvminfoError } from '../errors.ts'
import type { HostSnapshot } from '../model/host-snapshot.ts'
import type { Task } from '../model/task.ts'
import type { Vm } from '../model/vm.ts'
import type { VmMemory } from '../model/vm-memory.ts'
import { type Attempt, attempt } from '../sources/attempt.ts'
import { readTuning, type VmTuning } from '../sources/cmdline/tuning.ts'

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
export async function viewVms(snapshot: HostSnapshot, procfs: string): Promise<VmView[]> {
  // A whole part that is not available costs only what needs it.
  const tasks = attempt(() => snapshot.vcpuTasks().value).value
  const memory = attempt(() => snapshot.vmMemory().value).value
  const views: VmView[] = []
  // One after the other, because Node has few threads for reads that may hang.
  for (const vm of snapshot.vms().value) {
    const tuning = await attempted(() => readTuning(procfs, vm.pid))
    views.push({
      vm,
      tuning: () => resultOf(tuning),
      memory: memory?.get(vm.pid),
      tasks: vm.vcpus.flatMap(({ tid }) => tasks?.get(tid) ?? []),
      program: () => programOf(procfs, vm.pid),
    })
  }
  return views
}

function programOf(procfs: string, pid: number): string {
  const path = join(procfs, String(pid), 'exe')
  try {
    return readlinkSync(path)
  } catch (cause) {
    throw new KvminfoError('SOURCE_DENIED', `cannot read ${path}; run kvminfo doctor as root`, { cause })
  }
}

async function attempted<T>(read: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await read(), error: undefined }
  } catch (error) {
    if (error instanceof KvminfoError) return { value: undefined, error }
    throw error
  }
}

function resultOf<T>(tried: Attempt<T>): T {
  if (tried.error !== undefined) throw tried.error
  return tried.value
}
