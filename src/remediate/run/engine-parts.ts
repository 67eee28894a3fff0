// What the parts of the engine share.
import type { DomainView } from '../../libvirt/read.ts'
import type { Logger } from '../../log/logger.ts'
import type { VmIdentity } from '../../model/remediation.ts'
import type { Sample } from '../../observe/sample.ts'
import type { LoadedPolicy } from '../../policy/policy-file.ts'
import type { Transfers } from '../../sources/domstats/transfers.ts'
import type { HostPaths } from '../../sources/paths.ts'
import type { Clock as HostClock } from '../journal/clock.ts'
import type { Actuator, Executor } from './executor.ts'
import type { RunStore } from './store.ts'

interface Clock extends HostClock {
  /** Rejects when the signal aborts; the signal's reason is the cause of the error. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export interface EngineParts {
  readonly store: RunStore
  readonly actuator: Actuator
  readonly executor: Executor
  readonly policy: { readonly current: LoadedPolicy; readonly problem: Error | undefined }
  readonly paths: HostPaths
  readonly clock: Clock
  readonly log: Logger
  /** What libvirt says about a running domain. Rejects with a KvminfoError. */
  readDomain(uuid: string): Promise<DomainView>
  /** The memory statistics of a running domain, as virsh prints them. Rejects with a KvminfoError. */
  readMemory(uuid: string): Promise<string>
  /** What the disks and NICs of a VM have transferred so far; undefined if there is no source of it. */
  transfers(vm: VmIdentity): Promise<Transfers | undefined>
  /** Samples the host now. */
  sample(): Promise<Sample>
  /** Whether the kill switch is set. */
  isStopped(): boolean
}
