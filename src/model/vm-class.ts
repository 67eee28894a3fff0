// The class of a VM by where its exits end: the judgement of alerts/recording.rules.yaml, for the live page.

/** `idle` is not judged: too few switches to tell. */
export type VmClass = 'io' | 'mixed' | 'compute' | 'idle'

/** Those of alerts/settings.rules.yaml, which says where they come from; a contract test compares them. */
export const classThresholds = {
  /** Ratio below which a VM is of class io. */
  io: 0.62,
  /** Ratio above which it is of class compute. */
  compute: 0.9,
  /** How far back over a threshold it must come to lose its class. */
  margin: 0.02,
  /** Switches per second from which on it is judged; then until it falls below half of it. */
  activeSwitches: 200,
} as const

/** Switches per second below which one that was judged is not any more. */
export const idleSwitches = classThresholds.activeSwitches / 2

/** `before` is the verdict before this one; undefined for the first. */
export function judge(before: VmClass | undefined, ratio: number | undefined, switches: number): VmClass {
  const { io, compute, margin, activeSwitches } = classThresholds
  const wasJudged = before !== undefined && before !== 'idle'
  const floor = wasJudged ? idleSwitches : activeSwitches
  if (ratio === undefined || switches < floor) return 'idle'
  if (ratio < (before === 'io' ? io + margin : io)) return 'io'
  if (ratio > (before === 'compute' ? compute - margin : compute)) return 'compute'
  return 'mixed'
}
