// Disks without host cache whose requests go through threads of QEMU.
import type { VmCheck } from '../check.ts'
import { quoted } from '../quoted.ts'

export const vmDiskAio: VmCheck = {
  scope: 'vm',
  name: 'vm-disk-aio',
  description: "disks without the host's cache use native or io_uring",
  source: 'https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms',
  examine({ vm, tuning }) {
    const direct = vm.disks.filter(({ cache, format }) => isDirect(cache) && format === 'raw')
    if (direct.length === 0) return []
    const { aio } = tuning()
    return direct
      .filter(({ device }) => (aio.get(device) ?? 'threads') === 'threads')
      .map(({ device, target }) => ({
        severity: 'notice',
        device,
        what: `the requests of the disk ${target ?? device} go through threads of QEMU (aio=threads)`,
        why: 'With cache=none and a raw image or a block device, native or io_uring hands requests to the kernel without a thread for each.',
        fix: [
          `virsh edit ${quoted(vm.label)} # <driver ... io='native'/> of ${target ?? device}; from the next start of the VM`,
        ],
      }))
  },
}

const isDirect = (cache: string | undefined): boolean => cache === 'none' || cache === 'directsync'
