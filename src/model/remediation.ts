// The vocabulary of remediation: what may be done, how far a run has come, and what was proven.

/** The actions. Alerts name them in the label `remediation`. */
export const actionNames = [
  'sched-tier',
  'cpu-weight',
  'hugepages',
  'ksm-on',
  'ksm-off',
  'ksm-pace',
  'balloon-deflate',
  'balloon-inflate',
  'virtio-disk',
  'virtio-nic',
  'vhost-net',
  'assign-device',
  'host-prepare',
  'placebo',
] as const
export type ActionName = (typeof actionNames)[number]

/** `observe`: only record what would be done. `propose`: ask a person. `auto`: do it. */
export const modes = ['observe', 'propose', 'auto'] as const
export type Mode = (typeof modes)[number]

/** The states in which a run still has something to do, or holds a change that must be watched. */
export const openStates = [
  /** An alert asks for it; no plan yet. */
  'received',
  /** Planned; waits for a person. */
  'proposed',
  /** Approved, by a person or by the policy; waits for its turn. */
  'approved',
  /** Operations are being executed. */
  'applying',
  /** Takes effect when the VM starts next. */
  'waiting',
  /** Applied, in part or by turns; being measured. */
  'measuring',
  /** Proven, and kept under a lease that must be renewed. */
  'holding',
  /** Operations are being reversed. */
  'undoing',
] as const

/** The states in which a run has ended. */
export const finalStates = [
  /** Applied and proven. */
  'kept',
  /** Applied and left in place, without proof. */
  'unproven',
  /** The host is as before. */
  'undone',
  /** A guard or a precondition forbade it; nothing was changed. */
  'refused',
  'declined',
  /** Nobody approved it in time. */
  'expired',
  /** The alert was resolved, or the VM ended, before anything was changed. */
  'obsolete',
  /** Somebody else changed our value; left alone. */
  'overridden',
  /** The state of the host is not what we can decide about; a person must. */
  'person',
] as const

export type RunState = (typeof openStates)[number] | (typeof finalStates)[number]

export const verdictNames = ['improved', 'worse', 'inconclusive', 'not-measurable'] as const
export type Verdict = (typeof verdictNames)[number]

/** Identifies a running VM: a pid alone may be used again. */
export interface VmIdentity {
  /** Lower case, with hyphens; null if the VM has none. */
  readonly uuid: string | null
  readonly pid: number
  /** Start of the process, clock ticks of 10 ms since boot (field 22 of /proc/<pid>/stat). */
  readonly startTick: number
}
