// The program is killed at every commit of a whole run, right before and right after it. A later process with the same
// journal must leave the host as it was, or as planned, and never do anything twice.
import { expect, test } from 'vitest'
import type { Transaction } from '../../src/remediate/journal/journal.ts'
import { other, safe2, simulatedHost } from '../helpers/remediate/simulated-host.ts'

class Killed extends Error {}

/** Runs until the given commit, where the program ends: from then on it neither writes nor asks the actuator. */
async function killedAt(commit: number, when: 'before' | 'after') {
  const host = await simulatedHost()
  const { journal, actuator, engine } = host
  const [id] = host.fire() as [number]
  let commits = 0
  let isDead = false
  const write = journal.write.bind(journal)
  journal.write = <Result>(need: 'new' | 'ongoing', change: (transaction: Transaction) => Result): Result => {
    if (isDead) throw new Killed()
    commits += 1
    if (commits === commit && when === 'before') {
      isDead = true
      throw new Killed()
    }
    const result = write(need, change)
    if (commits === commit) {
      isDead = true
      throw new Killed()
    }
    return result
  }
  for (const name of ['execute', 'read', 'lease', 'release'] as const) {
    const call = actuator[name].bind(actuator) as (...args: unknown[]) => Promise<never>
    Object.assign(actuator, {
      [name]: async (...args: unknown[]) => {
        if (isDead) throw new Killed()
        return call(...args)
      },
    })
  }
  for (let pass = 0; pass < 5_000 && !isDead && host.store.run(id)!.state !== 'holding'; pass++) {
    await engine.pass()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await engine.stop()
  isDead = false
  return { host, id, commits, isOver: commits < commit }
}

test('at every commit, the host ends up as before or as planned', { timeout: 300_000 }, async () => {
  const outcomes = new Map<string, number>()
  let total = 0
  for (let commit = 1; ; commit++) {
    let isOver = false
    for (const when of ['before', 'after'] as const) {
      const killed = await killedAt(commit, when)
      isOver ||= killed.isOver
      const { host, id } = killed
      const { engine, store } = host.restart()
      await engine.recover()
      const { state } = store.run(id)!
      outcomes.set(state, (outcomes.get(state) ?? 0) + 1)
      const where = `commit ${commit}, killed ${when} it, run ${state}`
      expect([where, host.live()]).toEqual([where, state === 'holding' ? [safe2, safe2] : [other, other]])
      // One run, and it is open only if it may still begin or holds.
      expect([where, ['received', 'approved', 'undone', 'holding'].includes(state)]).toEqual([where, true])
      expect(store.openRuns().length).toBeLessThanOrEqual(1)
    }
    if (isOver) break
    total = commit
  }
  expect(total).toBeGreaterThan(50)
  expect([...outcomes.keys()].sort()).toEqual(['approved', 'holding', 'received', 'undone'])
})
