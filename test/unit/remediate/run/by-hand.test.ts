// Runs that a person asks for by hand: plan, guards, journal, lease and end, on a simulated host.
import { expect, test } from 'vitest'
import type { ByHand } from '../../../../src/model/remediation.ts'
import { eventsOf } from '../../../../src/remediate/journal/query.ts'
import { type Ask, type Asked, ask, type NotAsked } from '../../../../src/remediate/run/ask.ts'
import { knobOf } from '../../../../src/remediate/run/executor.ts'
import { other, safe2, simulatedHost } from '../../../helpers/remediate/simulated-host.ts'

type Host = Awaited<ReturnType<typeof simulatedHost>>

function asked(host: Host, byHand: Partial<ByHand> = {}, more: Partial<Ask> = {}): Promise<Asked | NotAsked> {
  return ask(
    {
      ...{ action: 'sched-tier', vm: host.vm.label, device: undefined, planSha: undefined, isDryRun: false },
      byHand: {
        ...{ who: 'anna', settings: { tier: 'safe:2' }, isJudged: false, forMs: null, forcedBecause: null },
        ...byHand,
      },
      ...more,
    },
    host.parts,
  )
}

async function opened(...given: Parameters<typeof asked>): Promise<number> {
  const result = await asked(...given)
  if ('refused' in result) throw new Error(result.refused)
  return result.run!
}

async function refusal(...given: Parameters<typeof asked>): Promise<string> {
  const result = await asked(...given)
  return 'refused' in result ? result.refused : `run ${result.run}`
}

/** One pass each ten simulated seconds, as long as the run holds. `check` is called before each. */
async function untilOver(host: Host, id: number, check: () => void = () => {}): Promise<void> {
  for (let pass = 0; pass < 5_000 && host.store.run(id)!.state === 'holding'; pass++) {
    check()
    await host.engine.pass()
    host.clock.pass(10_000)
  }
}

const nice = (value: number): Partial<ByHand> => ({ settings: { nice: value } })

test('a real-time tier is applied at once, without a trial, and ends after the time of a lease', async () => {
  const host = await simulatedHost()
  const id = await opened(host)
  expect(host.live()).toEqual([other, other])
  await host.until(id, 'holding')
  expect(host.actuator.calls[0]).toBe('lease')
  expect(host.live()).toEqual([safe2, safe2])
  const begun = host.clock.up
  expect(host.store.run(id)).toMatchObject({ reason: 'asked for by anna', byHand: { forMs: 15 * 60_000 } })
  expect(host.store.run(id)!.verdict).toBeUndefined()
  await untilOver(host, id)
  expect(host.store.run(id)).toMatchObject({
    state: 'undone',
    reason: 'the 15 min for which it was asked are over',
  })
  expect(host.clock.up - begun).toBeGreaterThanOrEqual(900)
  expect(host.clock.up - begun).toBeLessThan(925)
  expect(host.live()).toEqual([other, other])
  expect(host.actuator.leasedUntil).toBeUndefined()
})

test('a longer time is kept up by a lease that never goes further than the policy says', async () => {
  const host = await simulatedHost()
  const id = await opened(host, { forMs: 3_600_000 })
  await host.until(id, 'holding')
  const begun = host.clock.up
  let furthest = 0
  await untilOver(host, id, () => {
    // Otherwise the real actuator would end it.
    expect(host.actuator.leasedUntil).toBeGreaterThan(host.clock.up)
    furthest = Math.max(furthest, host.actuator.leasedUntil! - host.clock.up)
  })
  expect(furthest).toBeLessThanOrEqual(900)
  expect(host.clock.up - begun).toBeLessThan(3_600 + 60)
  expect(host.store.run(id)).toMatchObject({
    state: 'undone',
    reason: 'the 1 h for which it was asked are over',
  })
})

test('a nice value stays, unproven, until it is undone', async () => {
  const host = await simulatedHost()
  const id = await opened(host, nice(-5))
  await host.until(id, 'unproven')
  host.clock.pass(3 * 86_400_000)
  await host.engine.pass()
  expect(host.live()).toEqual([
    { ...other, nice: -5 },
    { ...other, nice: -5 },
  ])
  expect(host.store.keptRuns().map((run) => run.id)).toEqual([id])
  expect(await host.engine.undo(id, 'anna')).toEqual({ state: 'undone' })
  expect(host.live()).toEqual([other, other])
})

test('a nice value with a time is undone when it is over', async () => {
  const host = await simulatedHost()
  const id = await opened(host, { ...nice(-5), forMs: 60_000 })
  await host.until(id, 'holding')
  expect(host.actuator.calls).not.toContain('lease')
  await host.until(id, 'undone')
  expect(host.live()).toEqual([other, other])
})

test('judged, it goes through the same trial as for an alert', async () => {
  const host = await simulatedHost()
  const id = await opened(host, { isJudged: true })
  await host.until(id, 'holding', 'undone')
  expect(host.store.run(id)).toMatchObject({ state: 'holding', verdict: 'improved' })
  expect(host.clock.up - 1000).toBeGreaterThanOrEqual(600)
})

test('a dry run opens nothing, and the plan that was shown is the one that is made', async () => {
  const host = await simulatedHost()
  const shown = (await asked(host, {}, { isDryRun: true })) as Asked
  expect(shown).toMatchObject({ run: undefined, objections: [], unmet: undefined, vm: host.vm.label })
  expect(host.store.openRuns()).toEqual([])
  host.actuator.live.set(knobOf(host.operations[0]!), { ...other, nice: 3 })
  expect(await refusal(host, {}, { planSha: shown.planSha })).toBe(
    'the host has changed since the plan was shown; look at it again',
  )
  expect(host.store.openRuns()).toEqual([])
})

test('what the guards of judgement say is passed over with a reason, which the history keeps', async () => {
  const host = await simulatedHost(
    'actions: {sched-tier: {mode: observe}}\nlimits: {changes_per_hour: 1, attempts_per_day: 1}',
  )
  const reason = { forcedBecause: 'the shop is down' }
  const first = await opened(host, { ...nice(-1), ...reason })
  await host.until(first, 'unproven')
  host.store.quarantine(host.store.run(first)!.slot, Number.POSITIVE_INFINITY, 'it made things worse')
  const refused = await refusal(host, nice(-2))
  for (const part of [
    'the policy only observes this action',
    'in quarantine',
    'cooldown: ',
    'tried 1 times in a day',
    '1 changes in the last hour',
    'add --force and --reason "..."',
  ])
    expect(refused).toContain(part)
  const second = await opened(host, { ...nice(-2), ...reason })
  await host.until(second, 'unproven')
  const forced = eventsOf(host.journal, second).find(({ kind }) => kind === 'forced')
  const any = expect.any(String)
  expect(forced?.body).toEqual({
    ...{ who: 'anna', reason: 'the shop is down' },
    passedOver: [any, any, any, any, any],
  })
})

test('while another change is tried it waits, unless it is forced', async () => {
  const host = await simulatedHost()
  // Another VM would be needed for another slot of the same action.
  const alert = { ...host.alert, request: { ...host.alert.request!, action: 'placebo' as const } }
  host.actuator.live.set(knobOf({ kind: 'nothing', vm: host.operations[0]!.vm, from: 0, to: 1 }), 0)
  const [trial] = host.fire(alert) as [number]
  await host.until(trial, 'measuring')
  const id = await opened(host, nice(-3))
  await host.engine.pass()
  expect(host.store.run(id)!.state).toBe('approved')
  expect(host.engine.whyWaiting(id)).toMatch(/limits\.at_once is 1/)
  await host.engine.undo(trial, 'anna')
  await host.until(id, 'unproven')
})

test.each([
  ['a protected VM', 'vms: [{name: "*", protected: true}]', () => {}, 'the policy protects this VM'],
  [
    'the kill switch',
    '',
    (host: Host) => {
      host.state.isStopped = true
    },
    'the kill switch is set',
  ],
  [
    'a broken policy',
    '',
    (host: Host) => {
      host.policy.problem = new Error('line 3 is wrong')
    },
    'the policy is broken: line 3 is wrong',
  ],
  ['a limit', '', () => {}, 'the real-time priority is at most 2 (90)'],
  [
    'room for others',
    'actuator: {free_cpus: 64, max_realtime_priority: 99}',
    () => {},
    '64 of the CPUs cannot be filled',
  ],
])('no reason passes over %s', async (_what, policy, arrange, reason) => {
  const host = await simulatedHost(policy)
  arrange(host)
  const given = { forcedBecause: 'now!', settings: { tier: 'paper:2' } }
  expect(await refusal(host, given)).toContain(reason)
  expect(host.store.openRuns()).toEqual([])
})

test('a target has one open run, whoever asks', async () => {
  const host = await simulatedHost()
  const id = await opened(host)
  await host.until(id, 'holding')
  host.actuator.live.set(knobOf(host.operations[0]!), other)
  expect(await refusal(host, { ...nice(-1), forcedBecause: 'now' })).toMatch(
    /^(run 1 of the same target and action is open; .*"kvminfo tune undo 1"|somebody else)/,
  )
  expect(host.fire()).toEqual([])
})

test('the kill switch ends what holds', async () => {
  const host = await simulatedHost()
  const id = await opened(host)
  await host.until(id, 'holding')
  host.state.isStopped = true
  await host.engine.pass()
  expect(host.store.run(id)).toMatchObject({ state: 'undone', reason: 'the kill switch is set' })
  expect(host.live()).toEqual([other, other])
})

test('a thread that has ended does not end the change of the others', async () => {
  const host = await simulatedHost()
  const id = await opened(host)
  await host.until(id, 'holding')
  host.actuator.live.delete(knobOf(host.operations[1]!))
  host.clock.pass(200_000)
  await host.engine.pass()
  expect(host.store.run(id)!.state).toBe('holding')
  host.actuator.live.delete(knobOf(host.operations[0]!))
  host.clock.pass(200_000)
  await host.engine.pass()
  expect(host.store.run(id)).toMatchObject({ state: 'obsolete' })
})

test('without a lease nothing is changed', async () => {
  const host = await simulatedHost()
  host.actuator.lease = async () => ({ outcome: 'refused', reason: 'no CPU would be left' })
  const id = await opened(host)
  await host.until(id, 'undone')
  expect(host.store.run(id)!.reason).toBe('not applied: there is no lease: no CPU would be left')
  expect(host.actuator.calls).toEqual([])
})

test('a later process goes on where the former one stopped', async () => {
  const host = await simulatedHost()
  const id = await opened(host, { forMs: 3_600_000 })
  await host.until(id, 'holding')
  host.clock.pass(1_800_000)
  const { engine, store } = host.restart()
  await engine.recover()
  await engine.pass()
  expect(store.run(id)!.state).toBe('holding')
  host.clock.pass(1_801_000)
  await engine.pass()
  expect(store.run(id)).toMatchObject({ state: 'undone', byHand: { who: 'anna' } })
  expect(host.live()).toEqual([other, other])
})

test.each([
  [{ isJudged: true, forMs: 60_000 }, 'lasts as long as it helps'],
  [{ forMs: 2 * 86_400_000 }, 'a real-time policy lasts 1 d at most'],
])('refuses a time that makes no sense: %j', async (byHand, reason) => {
  const host = await simulatedHost()
  expect(await refusal(host, byHand)).toContain(reason)
})
