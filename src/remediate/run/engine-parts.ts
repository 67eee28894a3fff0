// What the parts of the engine share.
import type { Logger } from '../../log/logger.ts'
import type { SnapshotSource } from '../../model/host-snapshot.ts'
import { type Sample, takeSample } from '../../observe/sample.ts'
import type { HostPaths } from '../../sources/paths.ts'
import type { LoadedPolicy } from '../policy/policy-file.ts'
import type { Actuator, Executor } from './executor.ts'
import type { RunStore } from './store.ts'

export interface Clock {
  /** Milliseconds since the epoch; may be set. */
  now(): number
  /** Seconds since boot. */
  uptime(): number
  /** Rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export interface EngineParts {
  readonly store: RunStore
  readonly actuator: Actuator
  readonly executor: Executor
  readonly policy: { readonly current: LoadedPolicy; readonly problem: Error | undefined }
  readonly host: SnapshotSource
  readonly paths: HostPaths
  readonly clock: Clock
  readonly log: Logger
  /** Whether the kill switch is set. */
  isStopped(): boolean
}

export const sampleOf = async ({ host }: Pick<EngineParts, 'host'>): Promise<Sample> =>
  takeSample(await host.snapshot())
