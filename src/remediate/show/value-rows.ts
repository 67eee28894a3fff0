// The values of a run before and after it, as the actuator has read them from the kernel or libvirt.
import { isDeepStrictEqual } from 'node:util'
import type { Operation, Scheduling } from '../../actuator/protocol.ts'
import { schedulingText } from '../../model/policy.ts'
import type { PlanDocument, RunDocument } from '../approve/documents.ts'

export interface ValueRow {
  /** As in the plan, such as `thread 4711 (vCPU 0)`. */
  readonly what: string
  readonly before: string
  readonly after: string
}

type Step = RunDocument['steps'][number]

/** One row for each value. `isUndo`: of the steps that put it back, or of those that have changed it. */
export function valueRows(run: Pick<RunDocument, 'steps' | 'plan'>, isUndo: boolean): ValueRow[] {
  const first = new Map<string, Operation>()
  const steps = new Map<string, Step[]>()
  for (const step of run.steps) {
    const operation = step.operation as Operation
    // A restart is no value.
    if (operation.kind === 'domain-power') continue
    const knob = knobOf(operation)
    if (!first.has(knob)) first.set(knob, operation)
    if (step.undo === isUndo) steps.set(knob, [...(steps.get(knob) ?? []), step])
  }
  const knobs = [...first.keys()]
  return [...steps].map(([knob, own]) => {
    const operation = first.get(knob)!
    const change = changeOf(operation, knobs.indexOf(knob), run.plan)
    const text = (value: unknown): string => valueText(value, operation, change)
    return {
      what: change?.what ?? operation.kind,
      before: text(own[0]!.before),
      after: text(own.at(-1)!.after),
    }
  })
}

function knobOf({ from: _from, to: _to, ...knob }: Operation): string {
  return JSON.stringify(Object.entries(knob).sort(([a], [b]) => (a < b ? -1 : 1)))
}

type Change = PlanDocument['changes'][number]

/** A plan has a change for each operation, in the same order. Threads that were added later have none. */
function changeOf(operation: Operation, index: number, plan: PlanDocument | null): Change | undefined {
  if (operation.kind !== 'thread-scheduling') return plan?.changes[index]
  const { tid } = operation
  return (
    plan?.changes.find(({ what }) => what.startsWith(`thread ${tid} (`)) ?? {
      what: `thread ${tid}`,
      now: '',
      next: '',
    }
  )
}

function valueText(value: unknown, operation: Operation, change: Change | undefined): string {
  if (value === null || value === undefined) return 'not known'
  if (operation.kind === 'thread-scheduling') return schedulingText(value as Scheduling)
  if (change !== undefined && isDeepStrictEqual(value, operation.from)) return change.now
  if (change !== undefined && isDeepStrictEqual(value, operation.to)) return change.next
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? 'another value' : text
}
