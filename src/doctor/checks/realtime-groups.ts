// Budgets of control groups that forbid to give vCPU threads a real-time policy.
import { KvminfoError } from '../../errors.ts'
import { hasRealtimeGroups, unpackedConfig } from '../../sources/realtime-groups.ts'
import type { HostCheck } from '../check.ts'
import type { HostView } from '../host-view.ts'

export const realtimeGroups: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'realtime-groups',
  description: 'no cgroup forbids real-time policies for vCPU threads',
  source: 'thesis 2.3.3 and 4.2; https://docs.kernel.org/scheduler/sched-rt-group.html',
  examine(host) {
    // Version 1 has a budget for each group: of 0 in a new one, so also in libvirt's machine.slice.
    const budget = host.number('/sys/fs/cgroup/cpu/machine.slice/cpu.rt_runtime_us')
    if (budget === 0)
      return [
        {
          severity: 'warning',
          what: 'the group machine.slice has no real-time budget (cpu.rt_runtime_us is 0)',
          why: 'sched_setscheduler fails with EPERM for every thread of its VMs, whatever the user, so tiers 2 to 4 cannot be set.',
          fix: [
            'echo 800000 > /sys/fs/cgroup/cpu/machine.slice/cpu.rt_runtime_us',
            '# the same in each group below it',
          ],
        },
      ]
    if (budget !== undefined || !hasGroupBudgets(host)) return []
    return [
      {
        severity: 'warning',
        what: 'the kernel has real-time budgets for groups (CONFIG_RT_GROUP_SCHED)',
        why: 'With version 1 of cgroups, a group without a budget refuses real-time policies. With version 2, no group but the root may have real-time threads while the cpu controller is on, and VMs are never in the root.',
        fix: [
          '# boot with rt_group_sched=0 if the kernel knows it, or a kernel without CONFIG_RT_GROUP_SCHED',
        ],
      },
    ]
  },
}

/** Throws if the configuration of the kernel is not to be found, because nothing else tells. */
function hasGroupBudgets(host: HostView): boolean {
  const config = configOf(host)
  if (config === undefined)
    throw new KvminfoError(
      'SOURCE_ABSENT',
      'there is neither /proc/config.gz nor a file /boot/config-RELEASE of the running kernel, so CONFIG_RT_GROUP_SCHED is not known',
    )
  return hasRealtimeGroups(config, host.optional('/proc/cmdline') ?? '')
}

function configOf(host: HostView): string | undefined {
  const packed = host.bytes('/proc/config.gz')
  if (packed !== undefined) return unpackedConfig(packed, host.at('/proc/config.gz'))
  return host.optional(`/boot/config-${host.text('/proc/sys/kernel/osrelease')}`)
}
