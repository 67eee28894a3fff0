// Whether the CPU walks the guests' page tables itself: EPT of Intel, NPT of AMD.
import { KvminfoError } from '../../errors.ts'
import type { HostCheck } from '../check.ts'

const parameters = [
  { module: 'kvm_intel', parameter: 'ept' },
  { module: 'kvm_amd', parameter: 'npt' },
] as const

export const nestedPaging: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'nested-paging',
  description: 'nested page tables (EPT, NPT) are in use',
  source: 'thesis 5.1; https://docs.kernel.org/virt/kvm/x86/mmu.html',
  examine(host) {
    for (const { module, parameter } of parameters) {
      const value = host.optional(`/sys/module/${module}/parameters/${parameter}`)
      if (value === undefined) continue
      if (value === 'Y' || value === '1') return []
      return [
        {
          severity: 'critical',
          what: `${module} runs without nested page tables (${parameter}=${value})`,
          why: 'KVM then keeps shadow page tables: each change of a page table in the guest is an exit. Memory-intensive guests run many times slower.',
          fix: [
            `grep -r ${parameter}= /etc/modprobe.d # remove a line that switches it off`,
            `modprobe -r ${module} && modprobe ${module} ${parameter}=1 # while no VM runs`,
          ],
        },
      ]
    }
    throw new KvminfoError('SOURCE_ABSENT', 'neither kvm_intel nor kvm_amd is loaded')
  },
}
