// Old machine types.
import type { VmCheck } from '../check.ts'
import { quoted } from '../quoted.ts'

/** Of the newest release of QEMU that this table knows: 11.0 of April 2026. A new major number comes once a year. */
const newestMajor = 11
/** QEMU deprecates a machine type after three years and removes it after six. */
const deprecatedAfter = 3
const removedAfter = 6

export const vmMachineType: VmCheck = {
  scope: 'vm',
  name: 'vm-machine-type',
  description: 'the machine type is not deprecated',
  source: 'https://www.qemu.org/docs/master/about/deprecated.html',
  examine({ vm }) {
    const [, board, major] =
      /^(pc|pc-i440fx|pc-q35|virt|pseries|s390-ccw-virtio)-(\d+)\.\d+$/.exec(vm.machine ?? '') ?? []
    if (board === undefined || Number(major) > newestMajor - deprecatedAfter) return []
    const isRemoved = Number(major) <= newestMajor - removedAfter
    return [
      {
        severity: isRemoved ? 'warning' : 'notice',
        what: `its machine type ${vm.machine} is ${isRemoved ? 'removed from current QEMU' : 'deprecated'}`,
        why: isRemoved
          ? 'After an upgrade of the host, the VM does not start, and it cannot be migrated to newer hosts.'
          : 'QEMU deprecates a machine type three years after its release and removes it after six. An old one also lacks newer features.',
        fix: [
          `virsh edit ${quoted(vm.label)} # <type machine='${board.replace(/^pc$/, 'pc-i440fx')}'>: the newest; from the next start`,
        ],
      },
    ]
  },
}
