// Large VMs on 4 KiB pages.
import type { VmCheck } from '../check.ts'
import { quoted } from '../quoted.ts'

/** Below this, the TLB covers a good part of the guest anyway. */
const fewestBytes = 4 * 2 ** 30

export const vmHugePages: VmCheck = {
  scope: 'vm',
  name: 'vm-huge-pages',
  description: 'VMs with 4 GiB or more use the pool of huge pages, if it has room',
  source: 'thesis 5.2.3; alerts/runbooks/KvmVmWithoutHugepages.md',
  examine({ vm, memory }, host) {
    const bytes = vm.memoryMaxBytes ?? 0
    if (bytes < fewestBytes || memory === undefined || memory.hugetlbBytes > 0) return []
    const free = host.hugePages().reduce((sum, { free, pageBytes }) => sum + free * pageBytes, 0)
    if (free < bytes) return []
    return [
      {
        severity: 'notice',
        what: `its ${Math.round(bytes / 2 ** 30)} GiB are not in huge pages, and the pool has room for them`,
        why: 'Each TLB miss goes through two page tables. Figure 7-4 of the thesis compares both.',
        fix: [
          `virsh edit ${quoted(vm.label)} # <memoryBacking><hugepages/></memoryBacking>; from the next start`,
        ],
        action: 'hugepages',
      },
    ]
  },
}
