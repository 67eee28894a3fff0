// Whether the CPU can run guests by itself.
import type { HostCheck } from '../check.ts'

export const cpuVirtualization: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'cpu-virtualization',
  description: "the CPU's virtualization extension (VT-x, AMD-V)",
  source: 'https://docs.kernel.org/virt/kvm/api.html',
  examine(host) {
    const info = host.text('/proc/cpuinfo')
    // Only x86 lists it among the flags.
    if (!/^flags\s*:/m.test(info) || /^flags\s*:.*\b(vmx|svm)\b/m.test(info)) return []
    if (host.names('/sys/module').includes('kvm_pvm'))
      return [
        {
          severity: 'notice',
          what: 'KVM runs guests without hardware virtualization (kvm_pvm)',
          why: "The CPU, or the hypervisor below this host, offers neither VT-x nor AMD-V. Every exit and every change of a guest's page tables is done in software.",
          fix: ['# use a host with VT-x or AMD-V for VMs under load'],
        },
      ]
    return [
      {
        severity: 'critical',
        what: 'the CPU offers neither VT-x (vmx) nor AMD-V (svm)',
        why: 'KVM cannot run a guest. The firmware often switches it off; in a VM, the hypervisor below must pass it on.',
        fix: [
          '# firmware set-up: enable Intel VT-x, or SVM on AMD, and reboot',
          "# in a VM: set <cpu mode='host-passthrough'/> on the host below, with nested=1 for its KVM",
        ],
      },
    ]
  },
}
