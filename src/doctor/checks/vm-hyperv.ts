// Windows guests without the interfaces that Windows knows.
import type { VmCheck } from '../check.ts'
import { isWindows } from '../guest-os.ts'
import { quoted } from '../quoted.ts'

/** Those with an effect on exits: time, timers, end of interrupt and spinlocks. */
const wanted = ['relaxed', 'vapic', 'spinlocks', 'vpindex', 'time', 'synic', 'stimer'] as const

export const vmHyperv: VmCheck = {
  scope: 'vm',
  name: 'vm-hyperv',
  description: 'Windows guests have the Hyper-V enlightenments',
  source: 'https://www.qemu.org/docs/master/system/i386/hyperv.html',
  examine(view) {
    const { enlightenments } = view.tuning()
    if (!isWindows(view) || enlightenments.has('passthrough')) return []
    const missing = wanted.filter((name) => !enlightenments.has(name))
    if (missing.length === 0) return []
    return [
      {
        severity: missing.length === wanted.length ? 'warning' : 'notice',
        what: `a Windows guest lacks Hyper-V enlightenments: ${missing.join(', ')}`,
        why: 'Without them, Windows reads clocks and programs timers through emulated devices, and ends each interrupt with an exit. An idle guest alone makes thousands of exits a second.',
        fix: [
          `virsh edit ${quoted(view.vm.label)} # in <features><hyperv mode='custom'>: ${missing.map((name) => `<${name} state='on'${name === 'spinlocks' ? " retries='8191'" : ''}/>`).join(' ')}`,
          ...(missing.includes('time')
            ? ["# and in <clock>: <timer name='hypervclock' present='yes'/>"]
            : []),
        ],
      },
    ]
  },
}
