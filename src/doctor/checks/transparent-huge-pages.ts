// Whether guests' memory may have transparent huge pages.
import { chosenWord } from '../../sources/chosen-word.ts'
import type { HostCheck } from '../check.ts'

const directory = '/sys/kernel/mm/transparent_hugepage'

export const transparentHugePages: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'transparent-huge-pages',
  description: 'transparent huge pages are on for programs that ask for them',
  source: 'thesis 5.2.3; https://docs.kernel.org/admin-guide/mm/transhuge.html',
  examine(host) {
    if (chosenWord(host.text(`${directory}/enabled`)) === 'never')
      return [
        {
          severity: 'warning',
          what: 'transparent huge pages are off (never)',
          why: 'QEMU asks for huge pages for the memory of its guest (madvise). With 4 KiB pages, TLB misses cost more, and each goes through two page tables.',
          fix: [`echo madvise > ${directory}/enabled`],
          action: 'host-prepare',
        },
      ]
    if (chosenWord(host.text(`${directory}/defrag`)) === 'always')
      return [
        {
          severity: 'notice',
          what: 'every page fault may wait for compaction (defrag is always)',
          why: 'A vCPU that touches new memory stalls while the kernel frees a huge page for it.',
          fix: [`echo defer+madvise > ${directory}/defrag`],
        },
      ]
    return []
  },
}
