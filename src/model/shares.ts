// The shares by which a VM is judged, of the rates at which its counters rise. The same arithmetic as the records of
// alerts/recording.rules.yaml. Undefined where there is nothing to take a share of.

/** Root-mode switch ratio: the switches that stay inside KVM, of all. Near 1 is near bare metal. */
export function rootModeRatio(kernelSwitches: number, userspaceSwitches: number): number | undefined {
  return share(kernelSwitches, kernelSwitches + userspaceSwitches)
}

/** Port I/O exits per switch. Those that KVM handles itself count too. */
export function ioShare(
  ioExits: number,
  kernelSwitches: number,
  userspaceSwitches: number,
): number | undefined {
  return share(ioExits, kernelSwitches + userspaceSwitches)
}

/** Of the time that vCPUs wanted to run, that in which they waited for a CPU. */
export function runDelayShare(runDelaySeconds: number, cpuSeconds: number): number | undefined {
  return share(runDelaySeconds, runDelaySeconds + cpuSeconds)
}

/** Seconds that vCPUs wait for user space (QEMU) per CPU second of the VM. May exceed 1. */
export function userspaceCost(userspaceWaitSeconds: number, cpuSeconds: number): number | undefined {
  return share(userspaceWaitSeconds, cpuSeconds)
}

function share(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined
}
