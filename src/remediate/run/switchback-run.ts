// Applies and undoes a change by turns, measures each turn, and lets the judge decide which state the VM stays in.
import type { Sample } from '../../observe/sample.ts'
import { durationText } from '../../policy/duration.ts'
import type { Plan } from '../actions/action.ts'
import { type JudgedWindow, judge } from '../verify/judge.ts'
import { switchbackBlocks, windowsPerBlock } from '../verify/switchback.ts'
import type { EngineParts } from './engine-parts.ts'
import { quarantineMs, undoRun } from './finish.ts'
import { planRun } from './plan-run.ts'
import { onlyIdentity, type RunRow } from './store.ts'
import { windowBetween, windowEnd } from './window-ends.ts'

/** The run must be in state `measuring`. Returns when it has ended or holds. Rejects with the signal's reason. */
export async function runSwitchback(
  parts: EngineParts,
  run: RunRow,
  plan: Plan,
  signal: AbortSignal,
): Promise<void> {
  const { executor, store, clock, policy } = parts
  const windowMs = policy.current.policy.measure.window
  const { metric } = plan.measurement
  const windows: JudgedWindow[] = []
  let isApplied = false
  for (const [block, phase] of switchbackBlocks.entries()) {
    if (phase === 'B') {
      // Until the end of the block and half a minute more, so that a busy host does not cut it short.
      await renewLease(parts, run, plan, ((windowsPerBlock + 1) * windowMs) / 1000 + 30)
      if (!isApplied) {
        const applied = await executor.apply(run.id, plan.operations)
        isApplied = true
        if (applied.result !== 'done') {
          await undoRun(parts, run, { reason: `not applied: ${applied.reason}` })
          return
        }
      }
    } else if (isApplied) {
      const { foreign, failed, isGone, isUnanswered } = await executor.undo(run.id)
      isApplied = false
      if (isGone || isUnanswered || foreign.length > 0 || failed.length > 0) {
        await undoRun(parts, run, { reason: 'the measurement could not go on' })
        return
      }
    }
    await clock.sleep(windowMs, signal)
    let before = await windowEnd(parts, run.vm!, metric)
    for (let index = 0; index < windowsPerBlock; index++) {
      await clock.sleep(windowMs, signal)
      const after = await windowEnd(parts, run.vm!, metric)
      const window = windowBetween(parts, { id: run.id, vm: run.vm!, metric }, before, after)
      windows.push({ block, ...window })
      store.addWindow(run.id, `${block + 1} ${phase}`, window)
      before = after
      const stop = await whyStop(parts, run, plan, after.sample, isApplied)
      if (stop !== undefined) {
        await undoRun(parts, run, { reason: stop })
        return
      }
    }
  }
  const { verdict, text } = judge(plan.measurement, windows)
  const isPlacebo = plan.operations.every(({ kind }) => kind === 'nothing')
  if (verdict !== 'improved' || isPlacebo) {
    if (verdict === 'worse' && !isPlacebo) store.quarantine(run.slot, clock.now() + quarantineMs, text)
    await undoRun(parts, run, { reason: text, verdict })
    return
  }
  if (!isApplied) {
    await renewLease(parts, run, plan, policy.current.policy.measure.lease / 1000)
    const applied = await executor.apply(run.id, plan.operations)
    if (applied.result !== 'done') {
      await undoRun(parts, run, { reason: `proven, but not applied again: ${applied.reason}`, verdict })
      return
    }
  } else await renewLease(parts, run, plan, policy.current.policy.measure.lease / 1000)
  store.move(run.id, 'measuring', plan.isLeased ? 'holding' : 'kept', { verdict, reason: text })
}

async function renewLease(parts: EngineParts, run: RunRow, plan: Plan, seconds: number): Promise<void> {
  if (!plan.isLeased || run.vm === undefined) return
  const answer = await parts.actuator.lease(onlyIdentity(run.vm), parts.clock.uptime() + seconds)
  if (answer.outcome !== 'done')
    throw new Error(`no lease of ${durationText(seconds * 1000)} for VM ${run.vm.label}: ${answer.reason}`)
}

/** Why the measurement must end now; undefined if it may go on. Also catches threads that were added meanwhile. */
async function whyStop(
  parts: EngineParts,
  run: RunRow,
  plan: Plan,
  sample: Sample,
  isApplied: boolean,
): Promise<string | undefined> {
  if (parts.isStopped()) return 'the kill switch is set'
  const planned = await planRun(run, sample, parts)
  if ('no' in planned) return planned.no === 'gone' ? planned.reason : undefined
  // While it is applied, a new plan finds nothing to do, unless the VM has new threads.
  if (!isApplied) return undefined
  const known = new Set(plan.operations.map((operation) => JSON.stringify(operation)))
  const added = planned.plan.operations.filter((operation) => !known.has(JSON.stringify(operation)))
  if (added.length === 0) return undefined
  const applied = await parts.executor.apply(run.id, added)
  return applied.result === 'done'
    ? undefined
    : `a new thread of the VM could not be given the same: ${applied.reason}`
}
