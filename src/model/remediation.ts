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
  'virtual-functions',
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

/** Which threads of a VM's process: those of its vCPUs, all of them, or the first one, whose number is the pid. */
export const threadSets = ['vcpu', 'all', 'main'] as const
export type ThreadSet = (typeof threadSets)[number]

/** What a person wants instead of what the policy says. What is absent is as in the policy. */
export interface HandSettings {
  /** For sched-tier: a tier by its name. */
  readonly tier?: string | undefined
  /** For sched-tier: SCHED_* number, and 1 to 99 for fifo and rr, otherwise 0. The nice values stay. */
  readonly scheduling?: { readonly policy: number; readonly rtPriority: number } | undefined
  /** For sched-tier: only the nice value, -20 to 19. The policies stay. */
  readonly nice?: number | undefined
  /** For sched-tier; `vcpu` if absent. */
  readonly threads?: ThreadSet | undefined
  /** For cpu-weight: in times of the kernel's default. */
  readonly weight?: number | undefined
  /** For ksm-on and ksm-pace. `sleepMs`: between two scans, milliseconds. */
  readonly ksmPace?: { readonly pagesToScan: number; readonly sleepMs: number } | undefined
  /** For virtual-functions: how many the device is to have. */
  readonly functions?: number | undefined
}

/** A change that a person asks for by hand, so that no alert and no mode of the policy decides on it. */
export interface ByHand {
  /** For the history. */
  readonly who: string
  readonly settings: HandSettings
  /** Whether it is judged as a change for an alert is, and undone if it does not help. */
  readonly isJudged: boolean
  /** How long it lasts, milliseconds; null without an end. */
  readonly forMs: number | null
  /** Why guards that are a matter of judgement are passed over; null if they are heeded. */
  readonly forcedBecause: string | null
}
