// The journal as the engine sees it: one object, times as milliseconds since the epoch. A time that comes from here fits
// the `now` of the same call, even if the clock was set since it was written.
import type { ActuatorAnswer, Operation } from '../../actuator/protocol.ts'
import type { ActionName, RunState } from '../../model/remediation.ts'
import { type AskedPlan, openByHand } from './by-hand.ts'
import type { Journal } from './journal.ts'
import {
  type Asker,
  alertsWithin,
  appliedBy,
  approvalOf,
  attemptsWithin,
  changesWithin,
  findRun,
  keptRuns,
  openRuns,
  quarantines,
  sinceLastChange,
  sinceOpened,
  stepsOf,
  windowsOf,
} from './query.ts'
import { openUnasked, type RunRequest } from './receive.ts'
import { move, note, quarantine, type RunFacts } from './runs.ts'
import { addWindow, intend, outcome } from './steps.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

export function storeOf(journal: Journal) {
  return {
    openRuns: () => openRuns(journal),
    run: (id: number) => findRun(journal, id),
    keptRuns: () => keptRuns(journal),
    /** Opens a run that no alert asks for; undefined if its slot has one. */
    open: (request: RunRequest) => openUnasked(journal, request),
    /** Opens a run that a person asks for by hand, approved; or the run that its slot has already. */
    openByHand: (
      request: RunRequest & Required<Pick<RunRequest, 'byHand'>>,
      plan: AskedPlan,
      passedOver: readonly string[],
      expiresInMs: number,
    ) => openByHand(journal, request, plan, passedOver, expiresInMs),
    /** Milliseconds since a run of the action was opened; the age of the journal if there is none. */
    sinceOpened: (action: ActionName) => sinceOpened(journal, journal.now.age, action),
    move: (id: number, from: RunState, to: RunState, facts: RunFacts) => move(journal, id, from, to, facts),
    intend: (id: number, operation: Operation, isUndo: boolean) => intend(journal, id, operation, isUndo),
    outcome: (
      id: number,
      step: number,
      phase: 'done' | 'failed' | 'unknown',
      answer: ActuatorAnswer | undefined,
    ) => outcome(journal, id, step, phase, answer),
    applied: (id: number) => appliedBy(journal, id),
    steps: (id: number) => stepsOf(journal, id),
    /** Milliseconds since the run came into its state. */
    sinceMoved: ({ changedAge }: { readonly changedAge: number }) => journal.now.age - changedAge,
    /** Of changes begun: how many on the host and in the slot, when the last one in the slot ended, and its quarantine. */
    budget(slot: string, now: number, asker: Asker = 'alert') {
      const { age } = journal.now
      const since = sinceLastChange(journal, age, slot, asker)
      const [held] = quarantines(journal, age, slot)
      return {
        changesInHour: changesWithin(journal, age, hourMs),
        lastEndedInSlot: since === undefined ? undefined : now - since,
        attemptsInDay: attemptsWithin(journal, age, dayMs, slot, asker),
        quarantine: held && { until: now + (held.leftMs ?? Number.POSITIVE_INFINITY), reason: held.reason },
      }
    },
    quarantine: (slot: string, until: number, reason: string) =>
      quarantine(journal, slot, Number.isFinite(until) ? until - journal.now.at : undefined, reason),
    /** Firing alerts received since that time. */
    alertsSince: (since: number) => alertsWithin(journal, journal.now.age, journal.now.at - since),
    /** A person's decision on a plan, if there is one that has not expired. */
    approval: (id: number) => approvalOf(journal, id, journal.now.age),
    windows: (id: number) => windowsOf(journal, id),
    addWindow: (id: number, phase: string, window: unknown) => addWindow(journal, id, phase, window),
    /** The last event of the chain; logged with each run that ends, so that the log can prove the journal. */
    head: () => journal.head,
    /** For the history only. */
    note: (id: number | undefined, text: string) => note(journal, id, text),
  }
}
