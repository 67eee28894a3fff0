// Computes exits from KVM's own statistics, for hosts without our module. x86 counts (arch/x86/kvm/x86.c, the same for
// Intel and AMD):
//
//   exits         every exit of the guest
//   fpu_reload    every return of KVM_RUN to user space. KVM saves the guest's FPU state there and, since Linux 4.16,
//                 nowhere else that matters: 100,001 for 100,001 kvm_userspace_exit events on Linux 6.1 (SVM).
//   signal_exits  the returns among these that a signal forced
//   io_exits      exits on a port I/O instruction
//
// This was read in the sources of Linux 5.10 to 6.18. `exitsFrom` is wrong in these cases, all of them rare compared with
// the exits of a running VM:
//   - A KVM_RUN that user space had already told to return at once (immediate_exit) counts as a userspace exit.
//   - On hosts with MPX or, from 6.18, CET, so do KVM_GET_MP_STATE and an INIT of a vCPU, and there also each read or
//     write of the CET registers. QEMU does these when it inspects or resets a vCPU, not while the vCPU runs.
//   - A userspace exit without a guest exit before it (an interrupt window that opened) counts as one.
// Exceptions are not counted. Other architectures have other statistics.
import type { VmExits } from '../../model/exits.ts'

/** In the order in which to read them: a userspace exit between two reads then never makes a count negative. */
export const statisticNames = ['signal_exits', 'fpu_reload', 'io_exits', 'exits'] as const

export type StatisticName = (typeof statisticNames)[number]

/** Sums over all vCPUs of a VM, since the VM started. */
export type KvmStatistics = Readonly<Record<StatisticName, number>>

export const noStatistics: KvmStatistics = { signal_exits: 0, fpu_reload: 0, io_exits: 0, exits: 0 }

export function addStatistics(a: KvmStatistics, b: KvmStatistics): KvmStatistics {
  return {
    signal_exits: a.signal_exits + b.signal_exits,
    fpu_reload: a.fpu_reload + b.fpu_reload,
    io_exits: a.io_exits + b.io_exits,
    exits: a.exits + b.exits,
  }
}

/** Picks the statistics from `values`; undefined if one is missing (QEMU or libvirt too old, or not x86). */
export function statisticsFrom(values: ReadonlyMap<string, number>): KvmStatistics | undefined {
  const statistics: Partial<Record<StatisticName, number>> = {}
  for (const name of statisticNames) {
    const value = values.get(name)
    if (value === undefined) return undefined
    statistics[name] = value
  }
  return statistics as KvmStatistics
}

export function exitsFrom(pid: number, statistics: KvmStatistics): VmExits {
  const userspaceSwitches = Math.max(0, statistics.fpu_reload - statistics.signal_exits)
  return {
    pid,
    io: statistics.io_exits,
    exceptions: undefined,
    kernelSwitches: Math.max(0, statistics.exits - userspaceSwitches),
    userspaceSwitches,
    signalReturns: statistics.signal_exits,
    kernelNs: undefined,
    haltNs: undefined,
    userspaceNs: undefined,
    reasons: new Map(),
  }
}
