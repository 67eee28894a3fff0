// Which VM an alert means, now.
import { closeSync, openSync, readSync } from 'node:fs'
import type { VmIdentity } from '../../model/remediation.ts'
import type { Vm } from '../../model/vm.ts'
import { startTick } from '../../sources/process/process.ts'
import { parseStat } from '../../sources/process/stat.ts'

/** The VM with that label in a sample. Labels are unique on a host. */
export function vmByLabel(vms: readonly Vm[], label: string): Vm | undefined {
  return vms.find((vm) => vm.label === label)
}

/** The start of a process or thread in ticks, from its stat file; undefined if it has ended. */
export function startTickOf(path: string): number | undefined {
  const text = readSmall(path)
  return text === undefined ? undefined : startTick(parseStat(text, path).startNs)
}

/** Read from /proc as the actuator does, so that both compare the same number. undefined if the VM has ended. */
export function identityOf(vm: Vm, procfs: string): VmIdentity | undefined {
  const tick = startTickOf(`${procfs}/${vm.pid}/stat`)
  // Other sources count in nanoseconds and may differ by one tick.
  if (tick === undefined || Math.abs(tick - startTick(vm.startNs)) > 1) return undefined
  return { uuid: vm.uuid?.toLowerCase() ?? null, pid: vm.pid, startTick: tick }
}

function readSmall(path: string): string | undefined {
  try {
    const fd = openSync(path, 'r')
    try {
      const buffer = Buffer.alloc(4096)
      return buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0))
    } finally {
      closeSync(fd)
    }
  } catch {
    return undefined
  }
}
