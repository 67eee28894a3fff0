// Pools of huge pages for guests.
import type { HostCheck } from '../check.ts'

export const hugePages: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'huge-pages',
  description: 'a pool of huge pages, and that VMs use it',
  source: 'thesis 5.2.3; https://docs.kernel.org/admin-guide/mm/hugetlbpage.html',
  examine(host) {
    const pools = host.hugePages()
    const total = pools.reduce((sum, { total }) => sum + total, 0)
    if (total === 0)
      return [
        {
          severity: 'notice',
          what: 'the host has no pool of huge pages',
          why: "A TLB entry covers 512 times as much memory with a 2 MiB page, and nested page tables make each TLB miss dear. Transparent huge pages help too, but the kernel may split them. The thesis reserves a tenth of the host's memory.",
          fix: [
            'sysctl -w vm.nr_hugepages=1024',
            'echo vm.nr_hugepages=1024 > /etc/sysctl.d/50-hugepages.conf',
          ],
          action: 'host-prepare',
        },
      ]
    const isUnused = pools.every(({ total, free }) => free >= total)
    const bytes = pools.reduce((sum, { total, pageBytes }) => sum + total * pageBytes, 0)
    if (!isUnused || host.vms.length === 0) return []
    return [
      {
        severity: 'warning',
        what: `nothing uses the pool of huge pages (${(bytes / 2 ** 30).toFixed(1)} GiB)`,
        why: 'Memory in a pool can be used for nothing else.',
        fix: [
          'virsh edit VM # <memoryBacking><hugepages/></memoryBacking>',
          '# or give the memory back: sysctl -w vm.nr_hugepages=0',
        ],
      },
    ]
  },
}
