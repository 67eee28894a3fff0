// The program is killed at every commit of a whole run, right before and right after it. A later process with the same
// journal must leave the host as it was, or as planned, and never do anything twice.
import { expect, test } from 'vitest'
import type { KsmPace } from '../../src/actuator/protocol.ts'
import type { Transaction } from '../../src/remediate/journal/journal.ts'
import { knobOf } from '../../src/remediate/run/executor.ts'
import { ideGuest } from '../helpers/definitions.ts'
import { restartableVm } from '../helpers/remediate/restartable-vm.ts'
import { other, safe2, simulatedHost } from '../helpers/remediate/simulated-host.ts'

class Killed extends Error {}

type Host = Awaited<ReturnType<typeof simulatedHost>>

/** Ends the program at the given commit: from then on it neither writes nor asks the actuator. */
function killAt({ journal, actuator }: Host, commit: number, when: 'before' | 'after') {
  const program = { isDead: false, commits: 0, kinds: [] as string[] }
  const write = journal.write.bind(journal)
  journal.write = <Result>(need: 'new' | 'ongoing', change: (transaction: Transaction) => Result): Result => {
    if (program.isDead) throw new Killed()
    program.commits += 1
    if (program.commits === commit && when === 'before') {
      program.isDead = true
      throw new Killed()
    }
    const result = write(need, change)
    program.kinds.push(
      journal.get<{ kind: string }>('SELECT kind FROM event ORDER BY seq DESC LIMIT 1')!.kind,
    )
    if (program.commits === commit) {
      program.isDead = true
      throw new Killed()
    }
    return result
  }
  for (const name of ['execute', 'read', 'lease', 'release', 'guest'] as const) {
    const call = actuator[name].bind(actuator) as (...args: unknown[]) => Promise<never>
    Object.assign(actuator, {
      [name]: async (...args: unknown[]) => {
        if (program.isDead) throw new Killed()
        return call(...args)
      },
    })
  }
  return program
}

/**
 * Lets the scenario run to its end, and then kills it at commit after commit; of measured windows in a row, at the first and
 * the last one. Returns the kinds of all its commits.
 */
async function atEveryCommit(
  scenario: (commit: number, when: 'before' | 'after') => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const kinds = await scenario(Number.POSITIVE_INFINITY, 'after')
  for (const [index, kind] of kinds.entries()) {
    if (kind === 'window' && kinds[index - 1] === kind && kinds[index + 1] === kind) continue
    for (const when of ['before', 'after'] as const) await scenario(index + 1, when)
  }
  return kinds
}

test('of a trial by turns, the host ends up as before or as planned', { timeout: 300_000 }, async () => {
  const outcomes = new Set<string>()
  const kinds = await atEveryCommit(async (commit, when) => {
    const host = await simulatedHost()
    const [id] = host.fire() as [number]
    const program = killAt(host, commit, when)
    for (let pass = 0; pass < 5_000 && !program.isDead && host.store.run(id)!.state !== 'holding'; pass++) {
      await host.engine.pass()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await host.engine.stop()
    program.isDead = false
    const { engine, store } = host.restart()
    await engine.recover()
    const { state } = store.run(id)!
    outcomes.add(state)
    const where = `commit ${commit}, killed ${when} it, run ${state}`
    expect([where, host.live()]).toEqual([where, state === 'holding' ? [safe2, safe2] : [other, other]])
    // One run, and it is open only if it may still begin or holds.
    expect([where, ['received', 'approved', 'undone', 'holding'].includes(state)]).toEqual([where, true])
    expect(store.openRuns().length).toBeLessThanOrEqual(1)
    return program.kinds
  })
  expect(kinds.length).toBeGreaterThan(50)
  expect([...outcomes].sort()).toEqual(['approved', 'holding', 'received', 'undone'])
})

test('of a change of the host and its undo, the host ends up as before or as planned', async () => {
  const [usual, slow] = [20, 200].map((sleepMs) => ({ pagesToScan: 100, sleepMs })) as [KsmPace, KsmPace]
  const knob = knobOf({ kind: 'ksm-pace', from: usual, to: slow })
  const request = {
    action: 'ksm-pace',
    mode: 'auto',
    vm: undefined,
    device: undefined,
    policySha: 'p1',
  } as const
  const outcomes = new Set<string>()
  const kinds = await atEveryCommit(async (commit, when) => {
    const host = await simulatedHost()
    host.actuator.live.set(knobOf({ kind: 'ksm-run', from: 0, to: 1 }), 1)
    host.actuator.live.set(knob, usual)
    const [id] = host.fire({ request }) as [number]
    const program = killAt(host, commit, when)
    for (let pass = 0; pass < 100 && !program.isDead && host.store.run(id)!.state !== 'kept'; pass++)
      await host.engine.pass()
    if (!program.isDead) {
      await host.engine.undo(id, 'a person').catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error
      })
    }
    await host.engine.stop()
    program.isDead = false
    const { engine, store } = host.restart()
    await engine.recover()
    const { state } = store.run(id)!
    outcomes.add(state)
    const where = `commit ${commit}, killed ${when} it, run ${state}`
    expect([where, host.actuator.live.get(knob)]).toEqual([where, state === 'kept' ? slow : usual])
    expect([where, ['received', 'approved', 'kept', 'undone'].includes(state)]).toEqual([where, true])
    return program.kinds
  })
  expect(kinds.filter((kind) => kind === 'intended')).toHaveLength(2)
  expect([...outcomes].sort()).toEqual(['approved', 'kept', 'received', 'undone'])
})

const short = `
measure: {restart_window: 1s, settle: 1s, boot: 20s, wait_for_load: 10m, placebo: 0}
actions: {virtio-disk: {restart: true}}
`

test.each([
  ['comes up', true],
  ['does not come up', false],
])(
  'of a change with a test disk and a restart, for a guest that %s, the VM runs as before or as planned, and was restarted once',
  { timeout: 300_000 },
  async (_what, boots) => {
    const outcomes = new Set<string>()
    const kinds = await atEveryCommit(async (commit, when) => {
      const vm = await restartableVm(short)
      vm.guest.bootsOnVirtio = boots
      const { host } = vm
      host.actuator.guestReport = { answers: boots, diskBuses: [], drivers: [] }
      const id = vm.fire()
      await vm.approved(id)
      const program = killAt(host, commit, when)
      const isOpen = ({ store }: Pick<Host, 'store'>) => store.openRuns().some((run) => run.id === id)
      for (let pass = 0; pass < 500 && !program.isDead && isOpen(host); pass++) await vm.pass(1)
      await host.engine.stop()
      program.isDead = false
      const later = host.restart()
      await later.engine.recover()
      for (let pass = 0; pass < 500 && isOpen(later); pass++) await vm.pass(1, later.engine)
      const { state } = later.store.run(id)!
      outcomes.add(state)
      const where = `commit ${commit}, killed ${when} it, run ${state}`
      const isKept = state === 'kept'
      expect([where, vm.state.isOn]).toEqual([where, true])
      expect([where, vm.definition() !== ideGuest, vm.state.definition !== ideGuest]).toEqual([
        where,
        isKept,
        isKept,
      ])
      const starts = state === 'undone' && vm.state.starts === 0 ? 0 : boots ? 1 : 2
      expect([where, vm.state.starts]).toEqual([where, starts])
      return program.kinds
    })
    expect(kinds.filter((kind) => kind === 'intended')).toHaveLength(boots ? 4 : 7)
    expect([...outcomes].sort()).toEqual(boots ? ['kept', 'undone'] : ['undone'])
  },
)
