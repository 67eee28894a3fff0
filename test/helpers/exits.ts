// Hand-made exit counters of a VM.
import type { VmExits } from '../../src/model/exits.ts'

export function exits(pid: number, more: Partial<VmExits> = {}): VmExits {
  return {
    pid,
    io: 0,
    exceptions: undefined,
    kernelSwitches: 0,
    userspaceSwitches: 0,
    signalReturns: undefined,
    kernelNs: undefined,
    haltNs: undefined,
    userspaceNs: undefined,
    reasons: new Map(),
    ...more,
  }
}
