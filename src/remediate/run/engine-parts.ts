// What the parts of the engine share.
import type { Logger } from '../../log/logger.ts'
import type { Sample } from '../../observe/sample.ts'
import type { LoadedPolicy } from '../../policy/policy-file.ts'
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
  /** Samples the host now. */
  sample(): Promise<Sample>
  /** Whether the kill switch is set. */
  isStopped(): boolean
}
