// Which clock the host reads.
import type { HostCheck } from '../check.ts'

const directory = '/sys/devices/system/clocksource/clocksource0'
/** Clocks that are read without an access to a device. The others of x86 (hpet, acpi_pm) cost a microsecond and more. */
const fast = new Set([
  'tsc',
  'kvm-clock',
  'hyperv_clocksource_tsc_page',
  'xen',
  'arch_sys_counter',
  'tod',
  'timebase',
])

export const clocksource: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'clocksource',
  description: "the host's clock is the TSC",
  source: 'https://docs.kernel.org/virt/kvm/x86/timekeeping.html',
  examine(host) {
    const current = host.text(`${directory}/current_clocksource`)
    if (fast.has(current)) return []
    const available = host.text(`${directory}/available_clocksource`).split(/\s+/)
    return [
      {
        severity: 'warning',
        what: `the clock of the host is ${current}, and not the TSC`,
        why: 'kvm-clock in the guests then has no stable TSC to rely on: guests read the time by a system call, or by an exit. The host reads it from a device.',
        fix: available.includes('tsc')
          ? [`echo tsc > ${directory}/current_clocksource`]
          : ['dmesg | grep -i tsc # says why the kernel does not trust the TSC'],
      },
    ]
  },
}
