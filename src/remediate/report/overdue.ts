// Runs that take longer than they can: something in the program or on the host hangs, and a person should look.
import type { Policy } from '../../policy/schema.ts'
import type { RunRow } from '../run/store.ts'
import { switchbackBlocks, windowsPerBlock } from '../verify/switchback.ts'

/** A balloon moves in steps, and a VM may be shut down and started again; all else takes seconds. */
const operationsMs = 10 * 60_000

/** After a restart, load is waited for as long as the policy says; a day more is too long. */
const beforeAfterMs = 86_400_000

/** How long a run may be in its state; undefined if it may wait for as long as it likes. */
function longestMs({ state, plan }: RunRow, { measure }: Policy): number | undefined {
  if (state === 'applying' || state === 'undoing') return operationsMs
  if (state !== 'measuring') return undefined
  // Each block has one more window, in which the change settles.
  const windows = switchbackBlocks.length * (windowsPerBlock + 1)
  return plan?.measurement.design === 'switchback'
    ? 2 * windows * measure.window + operationsMs
    : measure.wait_for_load + beforeAfterMs
}

/** `age`: the present time of the journal, milliseconds. */
export const isOverdue = (run: RunRow, policy: Policy, age: number): boolean =>
  age - run.changedAge > (longestMs(run, policy) ?? Number.POSITIVE_INFINITY)
