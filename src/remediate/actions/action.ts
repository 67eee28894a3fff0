// What an action is: it makes a plan, and the plan is data. The engine (run/) executes, measures and undoes any plan
// without knowing the action.
import type { GuestReport, Operation } from '../../actuator/protocol.ts'
import type { DomainView } from '../../libvirt/read.ts'
import type { ActionName, HandSettings, VmIdentity } from '../../model/remediation.ts'
import type { Vm } from '../../model/vm.ts'
import type { Sample } from '../../observe/sample.ts'
import type { ActionPolicy } from '../../policy/schema.ts'

/** Something that must hold before the plan may be executed. It is checked again right before. */
export interface Precondition {
  /** Such as `a CPU is left that no real-time vCPU may use`. */
  readonly text: string
  readonly holds: boolean
  /** What was seen, such as `2 CPUs, 0 real-time vCPUs`. */
  readonly seen: string
}

/** What must hold, and how it is found out if nobody knows. */
export interface Proof {
  readonly preconditions: readonly Precondition[]
  /** Executed before anything else; if it fails, nothing else is. */
  readonly test?: {
    readonly operation: Operation
    readonly change: Change
    readonly note: string
    /** What a person would type for the same. */
    readonly commands: readonly string[]
  }
}

type Risk = 'low' | 'medium' | 'high' | 'critical'

/**
 * How the effect is judged. `switchback`: applied and undone by turns, for what is reversible while the VM runs.
 * `before-after`: for what takes a restart. `none`: the counters cannot show it.
 */
export interface Measurement {
  readonly design: 'switchback' | 'before-after' | 'none'
  /** The cost per work done whose logarithm is compared; a name of verify/work.ts. */
  readonly metric: 'run-delay' | 'userspace-per-byte' | 'userspace-per-packet' | 'none'
  /** A sentence for the plan. */
  readonly text: string
}

interface PlanTarget {
  /** undefined for the host itself. */
  readonly vm: (VmIdentity & { readonly label: string }) | undefined
  /** Such as `hda`; undefined if the action concerns the whole VM or host. */
  readonly device: string | undefined
}

export interface Change {
  /** Such as `thread 4711 (vCPU 0)`. */
  readonly what: string
  /** Such as `other, nice 0`. */
  readonly now: string
  readonly next: string
}

export interface Plan {
  readonly action: ActionName
  readonly target: PlanTarget
  readonly changes: readonly Change[]
  /** In the order of execution. Undo runs the reversed operations in the opposite order. */
  readonly operations: readonly Operation[]
  /** `live`: effective at once. `next-start`: when the VM starts next. */
  readonly takesEffect: 'live' | 'next-start'
  /** Whether the VM is restarted for it, as the policy says; otherwise somebody else restarts it some day. */
  readonly restart?: boolean
  /** Whether the change may only last while a lease is renewed. */
  readonly isLeased: boolean
  readonly preconditions: readonly Precondition[]
  readonly risk: Risk
  /** Who manages the knob: `nobody else`, or the program that does. Then the plan is only shown, and never executed. */
  readonly owner: string
  readonly measurement: Measurement
  /** A sentence: how it is undone. */
  readonly undo: string
  /** What a person should know before, such as why the change has little effect on this host. Each is a sentence. */
  readonly notes?: readonly string[]
  /** What a person would type for the same: if somebody else manages the knob, in that program. */
  readonly commands: readonly string[]
  /** Unified diff of the domain's XML, for changes of the definition. */
  readonly diff: string | undefined
}

export const noOwner = 'nobody else'

/** Nothing to do, or nothing that may be done. */
export interface Refusal {
  readonly refused: string
}

export interface PlanInput {
  readonly action: ActionName
  /** undefined for the host itself. */
  readonly vm: Vm | undefined
  readonly identity: VmIdentity | undefined
  readonly device: string | undefined
  readonly sample: Sample
  readonly policy: ActionPolicy
  /** What a person asks for by hand; absent if an alert asks. Those that replace a value of the policy are in `policy`. */
  readonly settings?: HandSettings
  /** The live value of what the operation would set, from the actuator. */
  readonly read: (operation: Operation) => Promise<unknown>
  /** What libvirt says about a running domain. Rejects with a KvminfoError. */
  readonly readDomain: (uuid: string) => Promise<DomainView>
  /** What the balloon driver of a guest reports, as virsh prints it. Rejects with a KvminfoError. */
  readonly readMemory: (uuid: string) => Promise<string>
  /** What the guest agent of the VM says. */
  readonly askGuest: () => Promise<GuestReport>
  readonly procfs: string
  readonly sysfs: string
  readonly rundir: string
}

export interface Action {
  readonly names: readonly ActionName[]
  plan(input: PlanInput): Promise<Plan | Refusal>
}

export const isRefusal = (result: Plan | Refusal): result is Refusal => 'refused' in result
