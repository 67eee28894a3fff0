// Mitigations of CPU flaws that make each exit cost more, and flaws that are open.
import { KvminfoError } from '../../errors.ts'
import type { Found, HostCheck } from '../check.ts'

const directory = '/sys/devices/system/cpu/vulnerabilities'

/** What costs time at an exit, an entry of a guest, or both, in the kernel's own words (arch/x86/kernel/cpu/bugs.c). */
const dear: readonly (readonly [file: string, pattern: RegExp, cost: string])[] = [
  ['l1tf', /VMX: (conditional )?cache flushes/, 'the L1 cache is flushed before guests are entered'],
  ['mds', /Mitigation: Clear CPU buffers/, 'CPU buffers are cleared before guests are entered'],
  ['mmio_stale_data', /Mitigation: Clear CPU buffers/, 'CPU buffers are cleared before guests are entered'],
  [
    'retbleed',
    /Mitigation: (IBRS|untrained return thunk|Stuffing)/,
    'returns in the kernel are slower after each exit',
  ],
  ['spec_rstack_overflow', /Mitigation: (Safe RET|IBPB)/, 'returns in the kernel are slower after each exit'],
  ['spectre_v2', /Mitigation: (IBRS|Enhanced \/ Automatic IBRS \+ LFENCE)/, 'IBRS is set at each exit'],
  ['itlb_multihit', /KVM: Mitigation: Split huge pages/, 'KVM splits huge pages from which guests run code'],
  [
    'vmscape',
    /Mitigation: IBPB (before exit to userspace|on VMEXIT)/,
    'branch predictors are cleared at exits to QEMU',
  ],
]

export const mitigations: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'mitigations',
  description: 'flaws of the CPU that are open, and mitigations that make exits dear',
  source: 'https://docs.kernel.org/admin-guide/hw-vuln/index.html',
  examine(host) {
    if (host.names(directory).length === 0)
      throw new KvminfoError(
        'NOT_SUPPORTED',
        `there is no ${directory}: the kernel does not list the flaws of the CPU`,
      )
    const states = host.names(directory).map((name) => [name, host.text(`${directory}/${name}`)] as const)
    const open = states.filter(([, state]) => /^(KVM: )?Vulnerable/.test(state)).map(([name]) => name)
    const costs = dear.flatMap(([file, pattern, cost]) =>
      states.some(([name, state]) => name === file && pattern.test(state)) ? [`${file}: ${cost}`] : [],
    )
    return [...openFound(open), ...costFound(costs)]
  },
}

const openFound = (open: readonly string[]): Found[] =>
  open.length === 0
    ? []
    : [
        {
          severity: 'warning',
          what: `flaws of the CPU are open: ${open.join(', ')}`,
          why: 'A guest may read memory of the host or of other guests.',
          fix: [
            '# install the microcode of the CPU (Debian: intel-microcode, amd64-microcode) and a current kernel',
            'grep -o "mitigations=[^ ]*" /proc/cmdline # off on purpose?',
          ],
        },
      ]

const costFound = (costs: readonly string[]): Found[] =>
  costs.length === 0
    ? []
    : [
        {
          severity: 'notice',
          what: `mitigations make exits dear: ${costs.join('; ')}`,
          why: 'Each exit costs more on this CPU, so moving emulated devices to virtio saves more. Switch a mitigation off only if you trust every guest.',
          fix: ['kvminfo doctor --only=vm-emulated-disk --only=vm-emulated-nic # avoid exits instead'],
        },
      ]
