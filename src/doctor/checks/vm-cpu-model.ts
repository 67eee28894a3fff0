// VMs with a CPU model that hides what the CPU can do.
import type { VmCheck } from '../check.ts'
import { quoted } from '../quoted.ts'

const poor = /^(qemu|kvm)(32|64)(-v\d+)?$/

export const vmCpuModel: VmCheck = {
  scope: 'vm',
  name: 'vm-cpu-model',
  description: 'the CPU model of the VM has the features of the CPU',
  source: 'https://www.qemu.org/docs/master/system/qemu-cpu-models.html',
  examine({ vm, tuning, program }) {
    const { cpuModel } = tuning()
    // Other targets have other defaults.
    if (cpuModel === undefined ? !/x86_64|i386|kvm/.test(program()) : !poor.test(cpuModel)) return []
    return [
      {
        severity: 'warning',
        what: `its CPU model is ${cpuModel ?? 'the default of QEMU, qemu64'}`,
        why: "The guest sees neither AES, AVX and PCID nor the mitigations of the host's CPU: encryption and system calls are slower, and flaws stay open in the guest.",
        fix: [
          `virsh edit ${quoted(vm.label)} # <cpu mode='host-model'/>; host-passthrough if it is never migrated`,
          '# it counts from the next start of the VM',
        ],
      },
    ]
  },
}
