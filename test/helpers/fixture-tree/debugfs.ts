// A VM's directory in debugfs: `kvm/<tid>-<fd>/`, where tid is the thread that created the VM. It has a file for each
// statistic and, as since Linux 5.19, a directory for each vCPU with the thread that runs it.
import type { FixtureFiles } from './files.ts'
import type { FixtureVm } from './vm.ts'

export function* debugfsFiles(vm: FixtureVm): FixtureFiles {
  const directory = `kernel/debug/kvm/${vm.pid}-11`
  const statistics = {
    exits: vm.kernelSwitches + vm.userspaceSwitches,
    fpu_reload: vm.userspaceSwitches + vm.signalReturns,
    signal_exits: vm.signalReturns,
    io_exits: vm.io,
    mmio_exits: 3,
    halt_exits: 70_000,
    irq_exits: 5_000,
  }
  for (const [name, value] of Object.entries(statistics)) yield [`${directory}/${name}`, `${value}\n`]
  for (const [id, { tid }] of vm.vcpus.entries()) yield [`${directory}/vcpu${id}/pid`, `${tid}\n`]
}
