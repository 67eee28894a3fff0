// VMs that run a QEMU which an upgrade has replaced.
import type { VmCheck } from '../check.ts'
import { quoted } from '../quoted.ts'

export const vmProgram: VmCheck = {
  scope: 'vm',
  name: 'vm-program',
  description: 'the VM runs the QEMU that is installed',
  source: 'https://www.qemu.org/docs/master/system/security.html',
  examine({ vm, program }) {
    const path = program()
    if (!path.endsWith(' (deleted)')) return []
    return [
      {
        severity: 'notice',
        what: `it runs a replaced ${path
          .replace(/ \(deleted\)$/, '')
          .split('/')
          .at(-1)}`,
        why: 'QEMU was upgraded after the VM was started. Corrections, also of security flaws, count only from its next start.',
        fix: [
          `# migrate it to another host and back, or restart it: virsh shutdown ${quoted(vm.label)} && virsh start ${quoted(vm.label)}`,
        ],
      },
    ]
  },
}
