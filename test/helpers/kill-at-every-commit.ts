// Kills one of the two processes of `kvminfo remediate` at every commit of a change and of its undo. Whoever was killed is
// started again, as systemd does, and a person approves and undoes. The host must be as the journal says at each moment: as
// planned once the change is made, and as before once it is undone.
//
// A process that is killed right before a commit leaves the same as one that is killed right after the commit before it,
// unless something was done in between. So it is killed after every commit, and before each first one and each outcome.

import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import type { RunDocument, RunList, RunSummary } from '../../src/remediate/approve/documents.ts'
import { until } from '../lab/cases/kvminfo/until.ts'

/** Read by processes/kill-at-event.ts, which `kvminfo remediate` preloads. */
const order = '/tmp/kill-at'

/** How often the machine may be too busy for a trial, so that a run ends before the commit at which to kill. */
const attempts = 4

export type Victim = 'remediate' | 'actuate'

export interface Change {
  /** What the change is about, from the kernel or libvirt. */
  value(): string
  /** Whether such a value is the one that is planned. */
  isMade(value: string): boolean
  /** An alert asks for the change. Throws if nobody listens. */
  ask(): Promise<unknown>
}

export interface Programs {
  start(victim: Victim): ChildProcess
  /** Asks the API of `kvminfo remediate`. */
  request(path: string, init?: RequestInit): Promise<Response>
  /** The token with which a person decides. */
  readonly approver: string
}

/** Both must have been started. `say` gets a line for each kill. Returns how many runs came to which states. */
export async function killAtEveryCommit(
  victim: Victim,
  change: Change,
  programs: Programs,
  processes: Map<Victim, ChildProcess>,
  say: (text: string) => void,
): Promise<ReadonlyMap<string, number>> {
  const startAgain = (): void => {
    for (const [name, child] of processes) if (hasEnded(child)) processes.set(name, programs.start(name))
  }
  const newest = async (): Promise<RunSummary | undefined> => {
    const { open, ended } = (await (await programs.request('/api/v1/runs?limit=1')).json()) as RunList
    return open.at(-1) ?? ended[0]
  }
  const decide = async (path: string, body: object = {}): Promise<void> => {
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${programs.approver}` }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    await (await programs.request(`/api/v1/runs/${path}`, init)).text()
  }

  /** One run after `previous`, until it is undone. `states`: those in which it was seen to stay. */
  async function wholeRun(previous: number): Promise<{ readonly id: number; readonly states: string }> {
    const original = change.value()
    const states = new Set<string>()
    let id = previous
    const isOver = async (): Promise<boolean> => {
      const run = await newest()
      if (run === undefined || run.id <= previous) {
        await change.ask()
        return false
      }
      id = run.id
      const { state, plan_sha, reason } = run
      const where = `run ${id}: ${state} ${reason}`
      if (state === 'proposed') await decide(`${id}/approve`, { plan_sha })
      if (isThere(state)) {
        const value = change.value()
        // The undo may have begun meanwhile.
        if (!change.isMade(value)) assert.notEqual((await newest())?.state, state, `${where}, but not live`)
        states.add(state)
        await decide(`${id}/undo`)
      }
      if (state === 'undone') assert.equal(change.value(), original, where)
      assert.ok(!neverReached.includes(state), where)
      return state === 'undone'
    }
    await until(
      'the run is undone',
      async () => {
        startAgain()
        try {
          return await isOver()
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error
          // The program was killed meanwhile.
          return false
        }
      },
      500,
      400,
    )
    return { id, states: [...states, 'undone'].join(', then ') }
  }

  /** A run in which the victim is killed. */
  async function killedRun(when: string, event: number, previous: number) {
    let last = previous
    for (let attempt = 0; attempt < attempts; attempt++) {
      const child = processes.get(victim)!
      writeFileSync(order, `${victim === 'remediate' ? 0 : child.pid} ${when} ${event} ${last + 1}`)
      const run = await wholeRun(last)
      assert.equal(run.id, last + 1, 'one alert opens one run')
      last = run.id
      if (!existsSync(order)) {
        await until(`${victim} has ended`, () => hasEnded(child))
        startAgain()
        return run
      }
      rmSync(order)
    }
    return assert.fail('nothing was killed')
  }

  // Of a test that was interrupted.
  rmSync(order, { force: true })
  let first = await wholeRun((await newest())?.id ?? 0)
  for (let attempt = 0; first.states === 'undone' && attempt < attempts; attempt++)
    first = await wholeRun(first.id)
  const { events } = (await (await programs.request(`/api/v1/runs/${first.id}`)).json()) as RunDocument
  const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'window')
  say(`${first.states}; its commits: ${kinds.join(', ')}`)
  const outcomes = new Map<string, number>()
  let last = first.id
  for (const [index, kind] of kinds.entries())
    for (const when of index === 0 || kind === 'outcome' ? ['before', 'after'] : ['after']) {
      const { id, states } = await killedRun(when, index + 1, last)
      say(`${victim} killed ${when} commit ${index + 1} (${kind}): ${states}`)
      outcomes.set(states, (outcomes.get(states) ?? 0) + 1)
      last = id
    }
  return outcomes
}

const isThere = (state: string): boolean => ['waiting', 'kept', 'unproven', 'holding'].includes(state)

/** Nobody else has changed anything, and every plan can be made. */
const neverReached: readonly string[] = ['person', 'overridden', 'declined', 'expired', 'obsolete', 'refused']

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null
