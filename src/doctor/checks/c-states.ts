// How deep the CPUs sleep.
import { KvminfoError } from '../../errors.ts'
import type { HostCheck } from '../check.ts'

/** Microseconds to wake up, from which on a sleep delays the interrupts of a guest more than an exit to QEMU does. */
const longestUs = 100

export const cStates: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'c-states',
  description: `no idle state of the CPUs takes ${longestUs} µs or more to leave`,
  source: 'https://docs.kernel.org/admin-guide/pm/cpuidle.html',
  examine(host) {
    const directory = '/sys/devices/system/cpu/cpu0/cpuidle'
    const states = host.names(directory).filter((name) => /^state\d+$/.test(name))
    if (states.length === 0)
      throw new KvminfoError('NOT_SUPPORTED', 'the kernel of this host does not choose idle states')
    const deep = states
      .map((state) => ({
        name: host.text(`${directory}/${state}/name`),
        latencyUs: host.number(`${directory}/${state}/latency`) ?? 0,
        isOff: host.optional(`${directory}/${state}/disable`) === '1',
      }))
      .filter(({ latencyUs, isOff }) => latencyUs >= longestUs && !isOff)
    if (deep.length === 0) return []
    const text = deep.map(({ name, latencyUs }) => `${name} ${latencyUs} µs`).join(', ')
    return [
      {
        severity: 'notice',
        what: `idle CPUs may sleep deeply (${text})`,
        why: 'A guest whose CPU sleeps gets its interrupt that much later. It matters for guests that answer quickly, costs power on others.',
        fix: [`cpupower idle-set --disable-by-latency ${longestUs}`, '# or: tuned-adm profile virtual-host'],
      },
    ]
  },
}
