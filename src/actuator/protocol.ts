// What may be asked of the actuator: one JSON object per line over its Unix socket, and one line back. An operation says
// what the value is now (`from`) and what it is to be (`to`). The actuator compares `from` with the live value, sets,
// reads back, and says what it saw. To undo an operation, swap the two.
import type { VmIdentity } from '../model/remediation.ts'
import type { WeightFile } from '../sources/cgroup/cpu-weight.ts'

/** The scheduling of one thread, as sched_getscheduler(2), sched_getparam(2) and getpriority(2) tell it. */
export interface Scheduling {
  /** SCHED_* number, without the flag SCHED_RESET_ON_FORK. */
  readonly policy: number
  /** 1 to 99 for fifo and rr, otherwise 0. */
  readonly rtPriority: number
  /** -20 to 19. */
  readonly nice: number
  readonly resetOnFork: boolean
}

/** The scheduling of one thread of a VM. A real-time policy is only set while a lease of the VM lasts. */
export interface ThreadSchedulingOperation {
  readonly kind: 'thread-scheduling'
  readonly vm: VmIdentity
  readonly tid: number
  /** Without it, the thread must be one of the VM's vCPUs. */
  readonly isAnyThread?: true | undefined
  /** Start of the thread, clock ticks of 10 ms since boot. */
  readonly threadStartTick: number
  readonly from: Scheduling
  readonly to: Scheduling
}

/** Changes nothing: for a placebo run, which goes through everything else. */
export interface NothingOperation {
  readonly kind: 'nothing'
  readonly vm: VmIdentity
  readonly from: 0 | 1
  readonly to: 0 | 1
}

/** The VM's share of CPU time against other VMs: the weight of its own control group. */
export interface CpuWeightOperation {
  readonly kind: 'cpu-weight'
  readonly vm: VmIdentity
  /** On this host's scale: 1 to 10000 for cpu.weight, 2 to 262144 for cpu.shares. The actuator finds the file itself. */
  readonly file: WeightFile
  readonly from: number
  readonly to: number
}

/** /sys/kernel/mm/ksm/run. 0: KSM stands, and merged pages stay merged. 1: it runs. 2: it stands, and nothing is merged. */
export interface KsmRunOperation {
  readonly kind: 'ksm-run'
  readonly from: 0 | 1 | 2
  readonly to: 0 | 1 | 2
}

/** How fast KSM scans. */
export interface KsmPace {
  readonly pagesToScan: number
  /** Between two scans, milliseconds. */
  readonly sleepMs: number
}

export interface KsmPaceOperation {
  readonly kind: 'ksm-pace'
  readonly from: KsmPace
  readonly to: KsmPace
}

/** The pool of 2 MiB pages of one NUMA node, or of the host if its kernel knows no nodes (null). In pages. */
export interface HugePagesOperation {
  readonly kind: 'huge-pages'
  readonly node: number | null
  readonly from: number
  readonly to: number
}

/** Which memory the kernel backs with transparent huge pages: that of programs that ask for it is `madvise`. */
export type TransparentHugePages = 'always' | 'madvise' | 'never'

export interface TransparentHugePagesOperation {
  readonly kind: 'transparent-huge-pages'
  readonly from: TransparentHugePages
  readonly to: TransparentHugePages
}

/**
 * The definition of a domain that libvirt starts it with next: complete XML, as `virsh dumpxml --inactive` prints it. It
 * is about the UUID, and stays valid when the VM's process has ended. `from` and `to` stand for every text that means the
 * same: what libvirt adds to a definition, such as the address of a device that has none, makes no difference. So if the
 * live definition means `from` or `to`, the actuator answers with that very text.
 */
export interface DomainXmlOperation {
  readonly kind: 'domain-xml'
  readonly vm: VmIdentity
  readonly from: string
  readonly to: string
}

export type PowerState = 'running' | 'shut off'

/**
 * Shuts the guest down by ACPI, or starts the domain. The answer comes when it has happened, or after
 * 90 s with `failed`; the guest may still shut down later. It is about the UUID, as domain-xml.
 */
export interface DomainPowerOperation {
  readonly kind: 'domain-power'
  readonly vm: VmIdentity
  readonly from: PowerState
  readonly to: PowerState
  /**
   * If the guest does not shut down, its power is cut. Only for a guest that the actuator has started itself less than an
   * hour ago and whose agent is silent: one that has just failed to come up.
   */
  readonly force?: true | undefined
}

/**
 * The memory that the balloon leaves to the guest, KiB. The actuator moves it in steps of at most 5 % of the VM's memory,
 * waits until the guest has followed each, and gives up after 90 s.
 */
export interface BalloonOperation {
  readonly kind: 'balloon'
  readonly vm: VmIdentity
  readonly from: number
  readonly to: number
}

/** `plugged`: the VM has a test disk now, which is so only during a test or after one that was interrupted. */
export type TestDiskState = 'untested' | 'read' | 'plugged'

/**
 * Plugs a small, read-only virtio disk into the running VM, waits until the guest reads it, and unplugs it. Only a driver
 * of the guest reads it, because the firmware has done its work. It fails if the guest does not read the disk within
 * 30 s, or does not give it back. `read` is what the actuator remembers of this very process; nothing stays in the VM.
 */
export interface TestDiskOperation {
  readonly kind: 'test-disk'
  readonly vm: VmIdentity
  readonly from: TestDiskState
  readonly to: TestDiskState
}

/** `neither`: no VM has the device yet or any more, and the driver of the host has not got it back; it can only be seen. */
export type HostDevicePlace = 'host' | 'vm' | 'neither'

/**
 * Gives a PCI device of the host to the running VM, or takes it back, for which the guest must give it back. The VM has the
 * device until it is switched off.
 */
export interface HostDeviceOperation {
  readonly kind: 'host-device'
  readonly vm: VmIdentity
  /** Such as `0000:01:00.0`. */
  readonly device: string
  /** Which driver of the host has it while the VM has not. null: none, so any that takes it later is as good. */
  readonly driver: string | null
  readonly from: HostDevicePlace
  readonly to: HostDevicePlace
}

/** How many virtual functions (SR-IOV) a PCI device of the host has. */
export interface VirtualFunctionsOperation {
  readonly kind: 'virtual-functions'
  readonly device: string
  readonly from: number
  readonly to: number
}

/** Those without `vm` are about the host itself. */
export type Operation =
  | ThreadSchedulingOperation
  | NothingOperation
  | CpuWeightOperation
  | KsmRunOperation
  | KsmPaceOperation
  | HugePagesOperation
  | TransparentHugePagesOperation
  | DomainXmlOperation
  | DomainPowerOperation
  | BalloonOperation
  | TestDiskOperation
  | HostDeviceOperation
  | VirtualFunctionsOperation
export type OperationKind = Operation['kind']

/** The value that an operation compares and sets. */
export type ValueOf<O extends Operation = Operation> = O['from']

export function reversed<O extends Operation>(operation: O): O {
  return { ...operation, from: operation.to, to: operation.from }
}

/** Whether an operation that takes several steps was interrupted at `live`: then it can still be reversed. */
export function isPartWay({ kind, from, to }: Operation, live: unknown): boolean {
  if (kind === 'test-disk') return live === 'plugged'
  if (kind === 'host-device') return live === 'neither'
  if (kind !== 'huge-pages' || typeof live !== 'number') return false
  return live > Math.min(from, to) && live < Math.max(from, to)
}

/** Whether nothing of the operation stays in place once it is done, so that there is nothing to keep or to undo. */
export const leavesNothing = ({ kind }: Operation): boolean => kind === 'test-disk'

export type ActuatorRequest =
  | { readonly do: 'execute'; readonly operation: Operation }
  /** Returns the live value and changes nothing. */
  | { readonly do: 'read'; readonly operation: Operation }
  /** Lets real-time policies of this VM last until that uptime (seconds since boot), or longer than before. */
  | { readonly do: 'lease'; readonly vm: VmIdentity; readonly until: number }
  /** Ends the lease without changing the threads; refused while one of them still has a real-time policy of ours. */
  | { readonly do: 'release'; readonly vm: VmIdentity }
  /** Changes and reads nothing; `done` says that the actuator answers. */
  | { readonly do: 'ping' }
  /** Asks the guest agent what the guest says about its devices; `after` is a GuestReport. Changes nothing. */
  | { readonly do: 'guest'; readonly vm: VmIdentity }

/** What the guest agent says. The guest can say what it wants. */
export interface GuestReport {
  /** Whether the agent answers, so that the guest has booted. */
  readonly answers: boolean
  /** The bus of each disk by the guest's own word, such as `virtio` or `ide`; empty if it does not say. */
  readonly diskBuses: readonly string[]
  /** PCI devices with the driver that serves each; only Windows says it. Ids are lower-case hexadecimal, four digits. */
  readonly drivers: readonly { readonly vendor: string; readonly device: string; readonly driver: string }[]
}

/**
 * `done`: the live value is `to` now, by reading it back (it may have been before). `stale`: it was neither `from` nor
 * `to`, or the VM or thread is another one; nothing was changed. `refused`: a limit, a protected VM or the kill switch
 * forbids it; nothing was changed. `failed`: it was tried, and the live value is not `to`. `unknown`: it was tried, and
 * whether it was done, or will be, cannot be read now; `read` tells later.
 */
type Outcome = 'done' | 'stale' | 'refused' | 'failed' | 'unknown'

export interface ActuatorAnswer {
  readonly outcome: Outcome
  /** The live value before and after; absent if it could not be read. */
  readonly before?: unknown
  readonly after?: unknown
  /** Why, unless done. One sentence with what to do. */
  readonly reason?: string
}

/** The longest line that either side accepts, bytes: room for the definition of a domain. */
export const maxLineBytes = 4 * 1024 * 1024
