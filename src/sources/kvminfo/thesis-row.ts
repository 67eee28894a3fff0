// Parses one row of the thesis's own /proc/kvminfo (a patched KVM, 2018): six numbers. The thesis's code separates them
// with commas, its figures with blanks.
import { decimal } from '../decimal.ts'
import type { KvminfoRow } from './row.ts'

/** `序号  PID      io_num   exception_num  kvm_vm_switch_num  kvm_qemu_switch_num`; 序号 means index. */
export function isThesisTitle(line: string): boolean {
  return /\bPID[,\s]+io_num[,\s]+exception_num[,\s]+kvm_vm_switch_num[,\s]+kvm_qemu_switch_num\s*$/i.test(
    line,
  )
}

export function parseThesisRow(line: string): KvminfoRow | undefined {
  const [, pid, io, exceptions, kernelSwitches, userspaceSwitches, ...more] = line
    .trim()
    .split(/\s*,\s*|\s+/)
    .map(decimal)
  if (
    pid === undefined ||
    io === undefined ||
    exceptions === undefined ||
    kernelSwitches === undefined ||
    userspaceSwitches === undefined ||
    more.length > 0
  ) {
    return undefined
  }
  return {
    exits: {
      pid,
      io,
      exceptions,
      kernelSwitches,
      userspaceSwitches,
      signalReturns: undefined,
      kernelNs: undefined,
      haltNs: undefined,
      userspaceNs: undefined,
      reasons: new Map(),
    },
    startNs: undefined,
    vcpus: [],
  }
}
