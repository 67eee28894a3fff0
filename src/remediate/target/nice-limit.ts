// Against which threads a nice value counts: only against those of the same group (sched(7)).
import { existsSync, readFileSync } from 'node:fs'
import type { Vm } from '../../model/vm.ts'
import { cpuGroup, readControlGroups, schedulingGroup } from '../../sources/cgroup/read.ts'

/**
 * Why a nice value has little or no effect for this thread, and what has one; undefined if it counts against all threads
 * of the host that are in no group.
 */
export function niceLimit(
  procfs: string,
  sysfs: string,
  { pid, label }: Pick<Vm, 'pid' | 'label'>,
  tid: number,
): string | undefined {
  // Threads have an entry of their own in /proc, which is not listed. libvirt has a group for each vCPU.
  const found = cpuGroup(readControlGroups(procfs, tid))
  if (found === undefined) return undefined
  const group = schedulingGroup(sysfs, found)
  if (group.path !== '/')
    return `A nice value counts only among threads of the same control group, here ${group.path}. Against other VMs, the weight of the group counts: kvminfo tune weight ${JSON.stringify(label)} 4.`
  return isAutogrouped(procfs, pid)
    ? `A nice value counts only among threads of the same session, because the kernel groups them (kernel.sched_autogroup_enabled is 1). Against other sessions, that of the group counts: echo -5 > /proc/${pid}/autogroup.`
    : undefined
}

function isAutogrouped(procfs: string, pid: number): boolean {
  try {
    const isOn = readFileSync(`${procfs}/sys/kernel/sched_autogroup_enabled`, 'utf8').trim() === '1'
    // Without CONFIG_SCHED_AUTOGROUP there is no such file; it is empty for a process that is in no such group.
    return (
      isOn &&
      existsSync(`${procfs}/${pid}/autogroup`) &&
      readFileSync(`${procfs}/${pid}/autogroup`, 'utf8') !== ''
    )
  } catch {
    return false
  }
}
