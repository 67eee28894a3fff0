// The ratios that classify a VM, computed from the rates of its counters. The recording rules in
// alerts/recording.rules.yaml use the same arithmetic. The result is undefined if the denominator is 0.

/** Root-mode switch ratio: the share of exits that KVM handles itself. Near 1 is near bare metal. */
export function rootModeRatio(kernelSwitches: number, userspaceSwitches: number): number | undefined {
  return share(kernelSwitches, kernelSwitches + userspaceSwitches)
}

/** Port I/O exits as a share of all exits. Port I/O exits that KVM handles itself count too. */
export function ioShare(
  ioExits: number,
  kernelSwitches: number,
  userspaceSwitches: number,
): number | undefined {
  return share(ioExits, kernelSwitches + userspaceSwitches)
}

/** The share of their runnable time in which vCPUs waited for a CPU. */
export function runDelayShare(runDelaySeconds: number, cpuSeconds: number): number | undefined {
  return share(runDelaySeconds, runDelaySeconds + cpuSeconds)
}

/** Seconds in which vCPUs wait for user space (QEMU), per CPU second of the VM. Can exceed 1. */
export function userspaceCost(userspaceWaitSeconds: number, cpuSeconds: number): number | undefined {
  return share(userspaceWaitSeconds, cpuSeconds)
}

function share(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined
}
