// VMs whose vCPUs do not fit the host or the guest.
import type { Found, VmCheck } from '../check.ts'
import { isWindows } from '../guest-os.ts'
import { quoted } from '../quoted.ts'

/** Windows for desktops uses the CPUs of two sockets at most. */
const mostWindowsSockets = 2

export const vmTopology: VmCheck = {
  scope: 'vm',
  name: 'vm-topology',
  description: 'the VM has no more vCPUs than the host has CPUs, and no more sockets than its guest can use',
  source: 'https://libvirt.org/formatdomain.html#cpu-model-and-topology',
  examine(view, host) {
    const { vm, tuning } = view
    const found: Found[] = []
    const cpus = host.names('/sys/devices/system/cpu').filter((name) => /^cpu\d+$/.test(name)).length
    if (cpus > 0 && vm.vcpus.length > cpus)
      found.push({
        severity: 'warning',
        what: `it has ${vm.vcpus.length} vCPUs on a host with ${cpus} CPUs`,
        why: 'Its vCPUs wait for each other: one that holds a lock in the guest may be off the CPU while the others spin for it.',
        fix: [`virsh setvcpus ${quoted(vm.label)} ${cpus} --config`],
      })
    const sockets = tuning().topology?.sockets ?? 1
    if (sockets > mostWindowsSockets && isWindows(view))
      found.push({
        severity: 'notice',
        what: `a Windows guest has ${sockets} sockets`,
        why: 'Editions for desktops use two at most and leave the vCPUs of the others idle.',
        fix: [
          `virsh edit ${quoted(vm.label)} # <topology sockets='1' cores='${vm.vcpus.length}' threads='1'/> in <cpu>`,
        ],
      })
    return found
  },
}
