// Exits from KVM's own statistics, for hosts without our module. What x86 counts (arch/x86/kvm/x86.c, the same for
// Intel and AMD):
//
//   exits         every exit of the guest
//   fpu_reload    every return of KVM_RUN to user space: the guest's FPU state is put away there, and since Linux 4.16
//                 nowhere else that matters. 100,001 of 100,001 kvm_userspace_exit events on Linux 6.1 (SVM).
//   signal_exits  those returns that a signal forced
//   io_exits      exits on a port I/O instruction
//
// Read in Linux 5.10 to 6.18. What it gets wrong, all of it small beside the exits of a running VM:
//   - a KVM_RUN that user space had already told to return at once (immediate_exit) counts as a hand-over;
//   - so does KVM_GET_MP_STATE and an INIT of a vCPU on hosts with MPX or, from 6.18, CET, and there too the reading
//     or writing of CET's registers: QEMU does these when it looks at a vCPU or resets one, not while it runs;
//   - a hand-over without an exit before it (an interrupt window that opened) counts as one.
// There is no count of exceptions. Other architectures have other statistics.
import type { VmExits } from '../../model/exits.ts'

/** In the order in which to read them: a hand-over between two readings then never makes a count negative. */
export const statisticNames = ['signal_exits', 'fpu_reload', 'io_exits', 'exits'] as const

export type StatisticName = (typeof statisticNames)[number]

/** Sums over all vCPUs of a VM. */
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

/** From the values by name; undefined where one is missing (QEMU or libvirt too old, or not x86). */
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
