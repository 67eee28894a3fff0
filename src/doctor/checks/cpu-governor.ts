// How the CPUs choose their frequency.
import { KvminfoError } from '../../errors.ts'
import type { HostCheck } from '../check.ts'

const directory = '/sys/devices/system/cpu/cpufreq'
/** With these drivers, the governor powersave lets the hardware choose the frequency. */
const autonomous = /^(intel_pstate|amd-pstate-epp|amd_pstate_epp)$/

export const cpuGovernor: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'cpu-governor',
  description: 'the CPUs may run at their full frequency',
  source: 'https://docs.kernel.org/admin-guide/pm/cpufreq.html',
  examine(host) {
    const policies = host.names(directory).filter((name) => /^policy\d+$/.test(name))
    if (policies.length === 0)
      throw new KvminfoError(
        'NOT_SUPPORTED',
        'the kernel does not control the frequency of the CPUs: the firmware or a hypervisor does',
      )
    const slow = new Set<string>()
    for (const policy of policies) {
      const governor = host.text(`${directory}/${policy}/scaling_governor`)
      const driver = host.optional(`${directory}/${policy}/scaling_driver`) ?? ''
      const preference = host.optional(`${directory}/${policy}/energy_performance_preference`)
      if (governor === 'powersave' && !autonomous.test(driver))
        slow.add('powersave, always the lowest frequency')
      else if (governor === 'powersave' && preference === 'power') slow.add('preference "power"')
      else if (governor === 'conservative') slow.add('conservative')
    }
    if (slow.size === 0) return []
    return [
      {
        severity: 'warning',
        what: `CPUs run below their full frequency (${[...slow].join('; ')})`,
        why: "Every exit takes longer, and guests can neither see nor change the host's frequency.",
        fix: ['cpupower frequency-set --governor performance', '# or: tuned-adm profile virtual-host'],
      },
    ]
  },
}
