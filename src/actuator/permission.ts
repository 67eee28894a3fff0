// Why the kernel does not permit a scheduling: EPERM and EACCES have several causes, and each has another remedy. The
// order is that of the kernel's own checks (__sched_setscheduler in kernel/sched/syscalls.c, set_one_prio in kernel/sys.c).
import { readFileSync } from 'node:fs'
import { isRealtimePolicy } from '../model/policy.ts'
import {
  ancestors,
  cpuGroup,
  groupDirectory,
  readControlGroups,
  schedulingGroup,
} from '../sources/cgroup/read.ts'
import { readHasRealtimeGroups } from '../sources/realtime-groups.ts'
import { readRealtimeRuntimeUs } from '../sources/realtime-limit.ts'
import type { Scheduling } from './protocol.ts'

export interface Denied {
  readonly procfs: string
  readonly sysfs: string
  readonly pid: number
  readonly tid: number
  readonly to: Scheduling
}

/** The bit of CAP_SYS_NICE in CapEff. */
const sysNice = 1n << 23n

/** Which cause it is on this host now, and the remedy; a part of a sentence. */
export function whyNotPermitted(denied: Denied): string {
  const { procfs, to } = denied
  const status = text(`${procfs}/self/status`)
  const mask = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(status ?? '')?.[1]
  if (mask !== undefined && (BigInt(`0x${mask}`) & sysNice) === 0n)
    return `the actuator lacks the capability CAP_SYS_NICE. Run it as root or with the unit kvminfo-actuate.service, which has AmbientCapabilities=CAP_SYS_NICE${limitText(denied)}`
  const users = text(`${procfs}/self/uid_map`)
  if (users !== undefined && !/^\s*0\s+0\s+4294967295\s*$/.test(users))
    return 'the actuator runs in a user namespace of its own, where CAP_SYS_NICE does not count for threads of the host. Run it on the host, or in a container without a user namespace (PrivateUsers=no, --userns=host)'
  return (
    (isRealtimePolicy(to.policy) ? groupText(denied) : undefined) ??
    'the actuator has CAP_SYS_NICE, so a security module (SELinux, AppArmor) or a seccomp filter forbids it. Look for the denial in: journalctl --dmesg --grep=audit'
  )
}

/** What a thread may have although nobody has the capability. It counts only for the user who owns the thread. */
function limitText({ procfs, pid, tid, to }: Denied): string {
  const limits = text(`${procfs}/${pid}/task/${tid}/limits`) ?? ''
  const soft = (name: string): string | undefined =>
    new RegExp(`^${name}\\s+(\\d+|unlimited)\\s`, 'm').exec(limits)?.[1]
  if (isRealtimePolicy(to.policy)) {
    const limit = soft('Max realtime priority')
    return limit === undefined
      ? ''
      : `. Without it, the highest real-time priority of this thread is ${limit} (RLIMIT_RTPRIO)`
  }
  const limit = Number(soft('Max nice priority'))
  return Number.isNaN(limit)
    ? ''
    : `. Without it, the lowest nice value of this thread is ${Math.min(20 - limit, 19)} (RLIMIT_NICE)`
}

/** CONFIG_RT_GROUP_SCHED. undefined if that is not the cause. */
function groupText({ procfs, sysfs, tid }: Denied): string | undefined {
  // Then the kernel checks no budgets of groups.
  if (readRealtimeRuntimeUs(procfs) === -1) return undefined
  const found = cpuGroup(readControlGroups(procfs, tid))
  const group = found && schedulingGroup(sysfs, found)
  if (group === undefined || group.path === '/') return undefined
  if (group.controllers !== '') {
    const withoutTime = ancestors(group)
      .map((one) => `${groupDirectory(sysfs, one)}/cpu.rt_runtime_us`)
      .filter((path) => text(path)?.trim() === '0')
    if (withoutTime.length === 0) return undefined
    const commands = withoutTime.toReversed().map((path) => `echo 100000 > '${path}'`)
    return `the kernel has real-time budgets for control groups (RT_GROUP_SCHED), and that of the thread is 0. Give it one, from the outside in: ${commands.join(' && ')}`
  }
  const remedy =
    'Boot with rt_group_sched=0 if the kernel knows it, or a kernel without CONFIG_RT_GROUP_SCHED; the weight of the control group works without (kvminfo tune weight)'
  const isBuilt = readHasRealtimeGroups(procfs)
  if (isBuilt === false) return undefined
  return isBuilt
    ? `the kernel has real-time budgets for control groups (RT_GROUP_SCHED), and with version 2 of cgroups none but the root group has one, while the thread is in ${group.path}. ${remedy}`
    : `the kernel probably has real-time budgets for control groups (RT_GROUP_SCHED; its configuration is neither in /proc/config.gz nor in /boot), and the thread is in ${group.path}, which has none. ${remedy}`
}

function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
