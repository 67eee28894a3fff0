// Cache modes of disks that lose data or write slowly.
import type { Disk } from '../../model/vm.ts'
import type { Found, VmCheck } from '../check.ts'
import { quoted } from '../quoted.ts'

export const vmDiskCache: VmCheck = {
  scope: 'vm',
  name: 'vm-disk-cache',
  description: 'no disk has a cache mode that loses data or makes each write wait',
  source: 'thesis 6.1; https://www.qemu.org/docs/master/system/invocation.html',
  examine({ vm }) {
    return vm.disks.flatMap((disk) => foundOf(disk, quoted(vm.label)))
  },
}

function foundOf({ device, target, cache }: Disk, vm: string): Found[] {
  const name = target ?? device
  const fix = [`virsh edit ${vm} # <driver ... cache='none'/> of ${name}; from the next start of the VM`]
  if (cache === 'unsafe')
    return [
      {
        severity: 'critical',
        device,
        what: `the disk ${name} ignores the guest's flushes (cache=unsafe)`,
        why: 'A failure of the host loses data that the guest believes to be written, and can destroy its file systems.',
        fix,
      },
    ]
  if (cache !== 'writethrough' && cache !== 'directsync') return []
  return [
    {
      severity: 'notice',
      device,
      what: `each write to the disk ${name} waits until the data is on the medium (cache=${cache})`,
      why: 'With none or writeback, a guest that flushes, as all current ones do, is as safe, and its other writes do not wait.',
      fix,
    },
  ]
}
