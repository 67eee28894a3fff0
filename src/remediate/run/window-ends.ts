// The two ends of a measured window: what is read of a VM and its host at each, and the window between them.
import { errorText } from '../../log/error-text.ts'
import type { VmIdentity } from '../../model/remediation.ts'
import type { Sample } from '../../observe/sample.ts'
import type { Transfers } from '../../sources/domstats/transfers.ts'
import type { Measurement } from '../actions/action.ts'
import { measureWindow, type Window } from '../verify/window.ts'
import type { EngineParts } from './engine-parts.ts'

export interface WindowEnd {
  readonly sample: Sample
  readonly transfers: Transfers | undefined
  /** How many changes had been made on this host. */
  readonly changes: number
}

type Metric = Measurement['metric']

/** `sample`: if the host was just sampled for something else. */
export async function windowEnd(
  parts: EngineParts,
  vm: VmIdentity,
  metric: Metric,
  sample?: Sample,
): Promise<WindowEnd> {
  const needsTransfers = metric === 'userspace-per-byte' || metric === 'userspace-per-packet'
  const { changes } = parts.executor
  const taken = sample ?? (await parts.sample())
  return { sample: taken, transfers: needsTransfers ? await transfersOf(parts, vm) : undefined, changes }
}

/** undefined if they cannot be read. */
export async function transfersOf(
  { transfers, log }: EngineParts,
  vm: VmIdentity,
): Promise<Transfers | undefined> {
  try {
    return await transfers(vm)
  } catch (error) {
    log.debug({ reason: errorText(error) }, 'the transfers of a VM cannot be read')
    return undefined
  }
}

/** The window of a run between two ends. */
export function windowBetween(
  { executor }: EngineParts,
  { id, vm, metric }: { readonly id: number; readonly vm: VmIdentity; readonly metric: Metric },
  before: WindowEnd,
  after: WindowEnd,
): Window {
  const other = executor.otherSince(before.changes, id)
  return measureWindow(before.sample, after.sample, vm, metric, {
    before: before.transfers,
    after: after.transfers,
    disturbance: other === undefined ? undefined : `run ${other} changed something on this host meanwhile`,
  })
}
