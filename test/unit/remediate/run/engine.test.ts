import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Operation } from '../../../../src/actuator/protocol.ts'
import { stepsOf, windowsOf } from '../../../../src/remediate/journal/query.ts'
import { approve } from '../../../../src/remediate/journal/runs.ts'
import { knobOf } from '../../../../src/remediate/run/executor.ts'
import { setMemory } from '../../../helpers/memory-files.ts'
import { other, safe2, simulatedHost } from '../../../helpers/remediate/simulated-host.ts'

test('a tier that helps is applied by turns, proven, and held under a lease', async () => {
  const host = await simulatedHost()
  const [id] = host.fire() as [number]
  await host.until(id, 'holding', 'undone')
  const run = host.store.run(id)!
  expect(run).toMatchObject({ state: 'holding', verdict: 'improved' })
  expect(run.reason).toBe(
    'the VM waited for a CPU during 40.0 % of its runnable time without the change and 10.0 % with it (0.250 times the cost, 0.250 to 0.250, 16 and 16 windows)',
  )
  expect(host.live()).toEqual([safe2, safe2])
  expect(host.actuator.leasedUntil).toBeGreaterThan(host.clock.up)
  expect(windowsOf(host.journal, id).map(({ phase }) => phase)).toEqual(
    ['1 A', '2 B', '3 B', '4 A', '5 B', '6 A', '7 A', '8 B'].flatMap((block) => [block, block, block, block]),
  )
  // Eight blocks of five windows of 15 s.
  expect(host.clock.up - 1000).toBeGreaterThanOrEqual(600)
})

test('the lease is asked for before the first thread is changed', async () => {
  const host = await simulatedHost()
  const [id] = host.fire() as [number]
  await host.until(id, 'holding')
  expect(host.actuator.calls[0]).toBe('lease')
  expect(host.actuator.calls[1]).toMatch(/^execute/)
})

test.each([
  ['makes no difference', { without: 0.4, with: 0.4 }, 'inconclusive', /^no difference is proven/],
  [
    'makes it worse',
    { without: 0.2, with: 0.4 },
    'worse',
    /20\.0 % of its runnable time without the change and 40\.0 % with it/,
  ],
])('a tier that %s is undone', async (_what, shares, verdict, reason) => {
  const host = await simulatedHost()
  Object.assign(host.behaviour, shares)
  const [id] = host.fire() as [number]
  await host.until(id, 'holding', 'undone')
  expect(host.store.run(id)).toMatchObject({
    state: 'undone',
    verdict,
    reason: expect.stringMatching(reason),
  })
  expect(host.live()).toEqual([other, other])
  expect(host.actuator.leasedUntil).toBeUndefined()
})

test('what made things worse is not tried again for a week', async () => {
  const host = await simulatedHost()
  host.behaviour.with = 0.6
  await host.until(host.fire()[0]!, 'undone')
  host.clock.pass(6 * 86_400_000)
  const [again] = host.fire() as [number]
  await host.until(again, 'refused')
  expect(host.store.run(again)?.reason).toMatch(/^in quarantine for another .*: the VM waited/)
  host.clock.pass(86_400_000)
  const [later] = host.fire() as [number]
  await host.until(later, 'undone')
})

test('an idle VM proves nothing', async () => {
  const host = await simulatedHost()
  host.behaviour.demand = 0.01
  const [id] = host.fire() as [number]
  await host.until(id, 'undone')
  expect(host.store.run(id)).toMatchObject({
    verdict: 'inconclusive',
    reason: 'in block 1 of 8, 0 of 4 windows count, and 2 are needed: mostly, the VM is idle',
  })
  expect(host.live()).toEqual([other, other])
})

test('alerts under a running problem open no second run, whatever their start and fingerprint', async () => {
  const host = await simulatedHost()
  const [id] = host.fire() as [number]
  await host.until(id, 'measuring')
  expect(host.fire({ fingerprint: 'b2', startsAt: '2026-11-26T20:00:00Z' })).toEqual([])
  await host.until(id, 'holding')
  expect(host.fire({ fingerprint: 'c3' })).toEqual([])
  expect(host.store.openRuns()).toHaveLength(1)
})

test('after a change has ended, the next one waits for the cooldown', async () => {
  const host = await simulatedHost()
  host.behaviour.with = host.behaviour.without
  await host.until(host.fire()[0]!, 'undone')
  const [second] = host.fire() as [number]
  await host.until(second, 'refused')
  expect(host.store.run(second)?.reason).toMatch('cooldown')
  host.clock.pass(3_600_000)
  await host.until(host.fire()[0]!, 'undone')
})

test('the lease is renewed while the change helps, and ends after a day in all', async () => {
  const host = await simulatedHost()
  const [id] = host.fire() as [number]
  await host.until(id, 'holding')
  const begun = host.clock.up
  const renewed = new Set<number>()
  while (host.store.run(id)!.state === 'holding' && host.clock.up - begun < 2 * 86_400) {
    await host.engine.pass()
    renewed.add(host.actuator.leasedUntil!)
    host.clock.pass(30_000)
  }
  expect(renewed.size).toBeGreaterThan(100)
  expect(host.store.run(id)).toMatchObject({
    state: 'undone',
    verdict: 'improved',
    reason: expect.stringMatching(/^it has held for 1 d/),
  })
  expect(host.clock.up - begun).toBeGreaterThan(86_400)
  expect(host.clock.up - begun).toBeLessThan(86_400 + 120)
  expect(host.live()).toEqual([other, other])
})

test('without fresh proof the lease is not renewed, and the change is undone', async () => {
  const host = await simulatedHost()
  const [id] = host.fire() as [number]
  await host.until(id, 'holding')
  const until = host.actuator.leasedUntil!
  host.behaviour.demand = 0.01
  await host.until(id, 'undone')
  expect(host.store.run(id)?.reason).toMatch(/^its benefit could not be proven again/)
  expect(host.clock.up).toBeLessThan(until)
  expect(host.live()).toEqual([other, other])
})

test('a change that holds is undone if the host stalls more than without it, however much it helps', async () => {
  const host = await simulatedHost()
  let stalledUs = 0
  let share = 0.01
  const { sample } = host.parts
  let last = host.clock.up
  host.parts.sample = async () => {
    stalledUs += (host.clock.up - last) * 1e6 * share
    last = host.clock.up
    return { ...(await sample()), pressure: [{ resource: 'memory', someUs: 0, fullUs: stalledUs }] }
  }
  const [id] = host.fire() as [number]
  await host.until(id, 'holding')
  host.clock.pass(3 * 60_000)
  share = 0.09
  await host.until(id, 'undone')
  expect(host.store.run(id)).toMatchObject({
    verdict: 'improved',
    reason: expect.stringMatching(
      /^all tasks of the host waited for memory during 1\.0 % of the time without the change and \d\.\d % with it$/,
    ),
  })
  expect(host.live()).toEqual([other, other])
})

test('a value that somebody else has set is left alone', async () => {
  const host = await simulatedHost()
  const [id] = host.fire() as [number]
  await host.until(id, 'holding')
  const mine = { policy: 1, rtPriority: 30, nice: 0, resetOnFork: false }
  host.actuator.live.set(knobOf(host.operations[0]!), mine)
  await host.until(id, 'overridden')
  expect(host.live()).toEqual([mine, other])
})

test('the kill switch ends a measurement and a change that holds, and keeps new ones from beginning', async () => {
  const host = await simulatedHost()
  const [id] = host.fire() as [number]
  await host.until(id, 'measuring')
  host.state.isStopped = true
  await host.until(id, 'undone')
  expect(host.store.run(id)?.reason).toBe('the kill switch is set')
  expect(host.live()).toEqual([other, other])
  host.clock.pass(3_600_000)
  const [second] = host.fire() as [number]
  for (let pass = 0; pass < 5; pass++) await host.engine.pass()
  expect(host.store.run(second)?.state).toBe('received')
  host.state.isStopped = false
  await host.until(second, 'holding')
  host.state.isStopped = true
  await host.until(second, 'undone')
  expect(host.live()).toEqual([other, other])
})

test('a VM that ends in the middle leaves nothing to do', async () => {
  const host = await simulatedHost()
  const [id] = host.fire() as [number]
  await host.until(id, 'measuring')
  host.state.isGone = true
  host.actuator.live.clear()
  await host.until(id, 'obsolete', 'undone')
  expect(host.store.run(id)?.reason).toMatch('has ended')
})

test('a proposal waits for the approval of its very plan', async () => {
  const host = await simulatedHost('mode: propose')
  const [id] = host.fire() as [number]
  await host.until(id, 'proposed')
  const { planSha } = host.store.run(id)!
  for (let pass = 0; pass < 5; pass++) await host.engine.pass()
  expect(host.store.run(id)?.state).toBe('proposed')
  expect(host.live()).toEqual([other, other])
  expect(() => approve(host.journal, id, { who: 'alice', how: 'page', planSha: 'another' }, 1000)).toThrow(
    /plan/,
  )
  approve(host.journal, id, { who: 'alice', how: 'page', planSha: planSha! }, 3_600_000)
  await host.until(id, 'holding')
})

test('an approval is void if the host has changed since', async () => {
  const host = await simulatedHost('mode: propose')
  const [id] = host.fire() as [number]
  await host.until(id, 'proposed')
  const { planSha } = host.store.run(id)!
  for (const operation of host.operations) host.actuator.live.set(knobOf(operation), { ...other, nice: 5 })
  approve(host.journal, id, { who: 'alice', how: 'page', planSha: planSha! }, 3_600_000)
  await host.until(id, 'obsolete')
  expect(host.live()).toEqual([
    { ...other, nice: 5 },
    { ...other, nice: 5 },
  ])
})

test('nobody approves: the proposal expires', async () => {
  const host = await simulatedHost('mode: propose\nlimits: {approval_expires: 1h}')
  const [id] = host.fire() as [number]
  await host.until(id, 'proposed')
  host.clock.pass(3_600_000)
  await host.until(id, 'expired')
})

test('a proposal expires by the time that has passed, also if the clock was set back', async () => {
  const host = await simulatedHost('mode: propose\nlimits: {approval_expires: 1h}')
  const [id] = host.fire() as [number]
  await host.until(id, 'proposed')
  host.clock.at -= 86_400_000
  host.clock.pass(3_599_000)
  await host.engine.pass()
  expect(host.store.run(id)?.state).toBe('proposed')
  host.clock.pass(2_000)
  await host.engine.pass()
  expect(host.store.run(id)?.state).toBe('expired')
})

test('an approval that has expired before its turn comes begins nothing', async () => {
  const host = await simulatedHost('mode: propose')
  const [id] = host.fire() as [number]
  await host.until(id, 'proposed')
  const { planSha } = host.store.run(id)!
  host.state.isStopped = true
  approve(host.journal, id, { who: 'alice', how: 'page', planSha: planSha! }, 3_600_000)
  host.clock.pass(3_600_000)
  host.state.isStopped = false
  await host.until(id, 'expired')
  expect(host.store.run(id)?.reason).toBe('the approval has expired before it could begin')
  expect(host.live()).toEqual([other, other])
})

test.each([
  ['protects the VM', 'vms: [{name: "*", protected: true}]', 'the policy protects this VM'],
  ['only observes', 'mode: observe', 'the policy only observes this action'],
  [
    'wants a priority above its own bound',
    'actions: {sched-tier: {tier: "paper:2"}}',
    'it does not hold that the real-time priority is at most 2 (90)',
  ],
])('a policy that %s changes nothing', async (_what, policy, reason) => {
  const host = await simulatedHost(policy)
  const [id] = host.fire() as [number]
  await host.until(id, 'refused')
  expect(host.store.run(id)?.reason).toBe(reason)
  expect(host.actuator.calls).toEqual([])
})

test('nothing is planned during a storm of alerts, and the run is not lost', async () => {
  const host = await simulatedHost('limits: {storm_alerts: 5}')
  const [id] = host.fire() as [number]
  for (let count = 0; count < 5; count++) host.fire({ fingerprint: `f${count}` })
  await host.engine.pass()
  expect(host.store.run(id)?.state).toBe('received')
  host.clock.pass(300_001)
  await host.until(id, 'holding')
})

test('while the policy file is broken nothing new begins', async () => {
  const host = await simulatedHost()
  host.policy.problem = new Error('broken')
  const [id] = host.fire() as [number]
  for (let pass = 0; pass < 3; pass++) await host.engine.pass()
  expect(host.store.run(id)?.state).toBe('received')
  host.policy.problem = undefined
  await host.until(id, 'holding')
})

test('while the actuator does not answer nothing is planned', async () => {
  const host = await simulatedHost()
  host.actuator.isReachable = false
  const [id] = host.fire() as [number]
  for (let pass = 0; pass < 3; pass++) await host.engine.pass()
  expect(host.store.run(id)?.state).toBe('received')
  host.actuator.isReachable = true
  await host.until(id, 'holding')
})

test.each([
  ['waits while a value cannot be read', 299, 'received'],
  ['is refused if that lasts', 300, 'refused'],
])('a run %s', async (_what, seconds, state) => {
  const host = await simulatedHost()
  const { read } = host.actuator
  host.actuator.read = async () => ({ outcome: 'refused', reason: 'the command line cannot be read now' })
  const [id] = host.fire() as [number]
  await host.engine.pass()
  expect(host.store.run(id)?.state).toBe('received')
  expect(host.engine.whyWaiting(id)).toBe('the command line cannot be read now')
  host.clock.pass(seconds * 1000)
  await host.engine.pass()
  expect(host.store.run(id)?.state).toBe(state)
  if (state === 'refused') return
  host.actuator.read = read
  await host.until(id, 'holding')
})

test('every step has an outcome when a run ends', async () => {
  const host = await simulatedHost()
  host.behaviour.with = host.behaviour.without
  const [id] = host.fire() as [number]
  await host.until(id, 'undone')
  const steps = stepsOf(host.journal, id)
  expect(steps.length).toBeGreaterThanOrEqual(8)
  expect(new Set(steps.map(({ phase }) => phase))).toEqual(new Set(['done']))
})

test('a later process undoes what was interrupted as soon as the actuator answers', async () => {
  const host = await simulatedHost()
  const [id] = host.fire() as [number]
  await host.until(id, 'measuring')
  while (host.live()[0] === other) await new Promise((resolve) => setImmediate(resolve))
  await host.engine.stop()
  expect(host.live()).toEqual([safe2, safe2])
  host.actuator.isReachable = false
  const { engine, store } = host.restart()
  await engine.recover()
  await engine.pass()
  expect(store.run(id)?.state).toBe('undoing')
  expect(host.live()).toEqual([safe2, safe2])
  host.actuator.isReachable = true
  await engine.pass()
  expect(store.run(id)).toMatchObject({
    state: 'undone',
    reason: 'the program was interrupted in the middle of the change',
  })
  expect(host.live()).toEqual([other, other])
})

describe('a change of the host itself', () => {
  const off: Operation = { kind: 'ksm-run', from: 1, to: 0 }
  const request = {
    action: 'ksm-off',
    mode: 'auto',
    vm: undefined,
    device: undefined,
    policySha: 'p1',
  } as const

  async function hostWithKsm() {
    const host = await simulatedHost()
    setMemory(host.parts.paths.procfs, 64, 32)
    host.actuator.live.set(knobOf(off), 1)
    return { ...host, run: () => host.actuator.live.get(knobOf(off)) }
  }

  test('is applied once, kept without a measurement, and undone by a person', async () => {
    const host = await hostWithKsm()
    const [id] = host.fire({ request }) as [number]
    await host.until(id, 'kept')
    expect(host.run()).toBe(0)
    expect(host.store.run(id)).toMatchObject({
      verdict: 'not-measurable',
      reason: expect.stringContaining('applied; not measured per VM'),
    })
    expect(await host.engine.undo(id, 'somebody')).toEqual({ state: 'undone' })
    expect(host.run()).toBe(1)
  })

  test('is undone once, although two people and the engine itself want it at the same moment', async () => {
    const host = await hostWithKsm()
    const [id] = host.fire({ request }) as [number]
    await host.until(id, 'kept')
    const { execute } = host.actuator
    const calls = host.actuator.calls.length
    const answer = Promise.withResolvers<void>()
    host.actuator.execute = async (operation) => {
      await answer.promise
      return execute(operation)
    }
    const [anna, bert] = [host.engine.undo(id, 'anna'), host.engine.undo(id, 'bert')]
    await new Promise((resolve) => setImmediate(resolve))
    expect(host.store.run(id)!.state).toBe('undoing')
    await host.engine.pass()
    answer.resolve()
    expect(await anna).toEqual({ state: 'undone' })
    expect(await bert).toEqual({ refused: 'A run that is undone has nothing to undo.' })
    expect(host.actuator.calls.slice(calls)).toEqual([`execute ${knobOf(off)}`])
    expect(host.store.steps(id).map(({ isUndo, phase }) => [isUndo, phase])).toEqual([
      [false, 'done'],
      [true, 'done'],
    ])
  })

  test('that another program manages is only proposed, and not made even if a person approves', async () => {
    const host = await hostWithKsm()
    const { procfs } = host.parts.paths
    mkdirSync(join(procfs, '77'))
    writeFileSync(join(procfs, '77/stat'), `77 (ksmtuned) S 1${' 0'.repeat(50)}\n`)
    const [id] = host.fire({ request }) as [number]
    await host.until(id, 'proposed')
    const { planSha, reason } = host.store.run(id)!
    expect(reason).toBe('ksmtuned manages this')
    approve(host.journal, id, { who: 'somebody', how: 'cli', planSha: planSha! }, 60_000)
    await host.until(id, 'refused')
    expect(host.store.run(id)?.reason).toBe(
      'ksmtuned manages this: change it there, as the commands of the plan do',
    )
    expect([host.run(), stepsOf(host.journal, id)]).toEqual([1, []])
  })
})
