// Whether KVM is there for VMs.
import type { HostCheck } from '../check.ts'

export const kvmLoaded: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'kvm-loaded',
  description: 'KVM is loaded, and its device exists',
  source: 'thesis 2.3.1; https://docs.kernel.org/virt/kvm/api.html',
  examine(host) {
    if (host.optional('/sys/class/misc/kvm/dev') !== undefined) return []
    const flags = /^flags\s*:(.*)$/m.exec(host.optional('/proc/cpuinfo') ?? '')?.[1] ?? ''
    const module = /\bsvm\b/.test(flags) ? 'kvm_amd' : /\bvmx\b/.test(flags) ? 'kvm_intel' : 'kvm'
    return [
      {
        severity: 'critical',
        what: 'KVM is not loaded: there is no device kvm',
        why: 'Without KVM, QEMU refuses VMs that ask for it, or emulates every instruction, which takes ten times as long or more.',
        fix: [`modprobe ${module}`, `echo ${module} > /etc/modules-load.d/kvm.conf`],
      },
    ]
  },
}
