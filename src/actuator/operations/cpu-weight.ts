// The weight of a VM's own control group. The path comes from the kernel (/proc/<pid>/cgroup), never from the request.
import { defaultWeight, vmCpuGroup } from '../../sources/cgroup/cpu-weight.ts'
import { refused } from '../problem.ts'
import type { CpuWeightOperation } from '../protocol.ts'
import { readNumber, writeValue } from './kernel-file.ts'
import type { OperationKit } from './operation.ts'

export function cpuWeight(procfs: string, sysfs: string): OperationKit<CpuWeightOperation> {
  const group = ({ vm }: CpuWeightOperation) => vmCpuGroup(procfs, sysfs, vm.pid)
  return {
    knob: ({ file }) => file.replace('.', ' '),
    encode: String,
    decode: (text) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined),
    problem(operation) {
      const found = group(operation)
      if (found === undefined) return refused('the VM has no control group of its own')
      return found.file === operation.file
        ? undefined
        : refused(`this host has ${found.file}, not ${operation.file}`)
    },
    excess({ file, from, to }, { maxCpuWeight }) {
      const most = Math.round(maxCpuWeight * defaultWeight[file])
      if (to < from) return 'the weight of a VM is only raised; lowering it would starve the VM'
      return to > most ? `${file} ${to} is above ${most}, the highest that is allowed` : undefined
    },
    needsLease: () => false,
    read: (operation) => readNumber(group(operation)!.path),
    write: (operation) => writeValue(group(operation)!.path, operation.to),
  }
}
