// The class of a VM, by where its exits end. The live page uses the same rules as alerts/recording.rules.yaml.

/** `idle`: too few exits to classify the VM. */
export type VmClass = 'io' | 'mixed' | 'compute' | 'idle'

/** The thresholds of alerts/settings.rules.yaml, which says where they come from; a contract test compares them. */
export const classThresholds = {
  /** A VM with a root-mode switch ratio below this is of class io. */
  io: 0.62,
  /** A VM with a ratio above this is of class compute. */
  compute: 0.9,
  /** A VM loses its class only when its ratio is back over the threshold by this much. */
  margin: 0.02,
  /** Exits per second from which a VM is classified. It becomes idle again below half of this. */
  activeSwitches: 200,
} as const

/** Exits per second below which a classified VM becomes idle. */
export const idleSwitches = classThresholds.activeSwitches / 2

/** `before`: the previous class, undefined at first. `ratio`: the root-mode ratio. `switches`: exits per second. */
export function judge(before: VmClass | undefined, ratio: number | undefined, switches: number): VmClass {
  const { io, compute, margin, activeSwitches } = classThresholds
  const wasJudged = before !== undefined && before !== 'idle'
  const floor = wasJudged ? idleSwitches : activeSwitches
  if (ratio === undefined || switches < floor) return 'idle'
  if (ratio < (before === 'io' ? io + margin : io)) return 'io'
  if (ratio > (before === 'compute' ? compute - margin : compute)) return 'compute'
  return 'mixed'
}
