// Kernel same-page merging: whether it fits this host, and who controls it.

import { hostOwner } from '../../sources/host-owners.ts'
import { readLoad } from '../../sources/load/read.ts'
import type { Found, HostCheck } from '../check.ts'
import type { HostView } from '../host-view.ts'

/** The thesis switches KSM off above this share of the host's CPUs. */
const busyShare = 0.7

export const ksm: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'ksm',
  description: 'KSM fits the load of the host and its NUMA nodes, and who controls it',
  source: 'thesis 5.2.1; https://docs.kernel.org/admin-guide/mm/ksm.html',
  examine(host) {
    const state = host.ksm()
    if (state.get('run') !== 1) return []
    const { procfs, sysfs, root } = host.places
    const owner = hostOwner({ knob: 'ksm-run', value: 0 }, { procfs, sysfs, root })
    const off = owner?.commands ?? ['echo 0 > /sys/kernel/mm/ksm/run']
    const found: Found[] = []
    const cpus = host.names('/sys/devices/system/cpu').filter((name) => /^cpu\d+$/.test(name)).length
    const load = readLoad(procfs)
    if (cpus > 0 && load > cpus * busyShare)
      found.push({
        severity: 'warning',
        what: `KSM runs although the CPUs are busy (load ${load} on ${cpus} CPUs)`,
        why: 'ksmd takes CPU time from the guests, and each write to a merged page is a page fault that copies it. The thesis switches KSM off above 70 %.',
        fix: off,
        action: 'ksm-off',
      })
    if (state.get('merge_across_nodes') === 1 && nodesOf(host) > 1)
      found.push({
        severity: 'warning',
        what: 'KSM merges pages of different NUMA nodes (merge_across_nodes is 1)',
        why: 'A guest then reads merged pages from the memory of another node, which takes longer, for as long as they are merged.',
        fix: [
          'echo 2 > /sys/kernel/mm/ksm/run # unmerges all pages: there must be room for them',
          'echo 0 > /sys/kernel/mm/ksm/merge_across_nodes',
          'echo 1 > /sys/kernel/mm/ksm/run',
        ],
      })
    if (owner !== undefined)
      found.push({
        severity: 'notice',
        what: `${owner.name} controls KSM`,
        why: 'It sets its own values again, so a value that you write to /sys does not last.',
        fix: ['# change KSM by its own configuration'],
      })
    return found
  },
}

const nodesOf = (host: HostView): number =>
  host.names('/sys/devices/system/node').filter((name) => /^node\d+$/.test(name)).length
