import { expect, test } from 'vitest'
import type { Scheduling } from '../../../../src/actuator/protocol.ts'
import { knobOf } from '../../../../src/remediate/run/executor.ts'
import { other, simulatedHost } from '../../../helpers/remediate/simulated-host.ts'

const safe1: Scheduling = { policy: 0, rtPriority: 0, nice: -5, resetOnFork: false }

/** A tier without a lease that was proven and is kept. */
async function kept() {
  const host = await simulatedHost('actions: {sched-tier: {tier: "safe:1"}}')
  // Proven, because the simulated VM waits less whenever its threads have another nice value.
  const { sample } = host.parts
  const shares = { ...host.behaviour }
  host.parts.sample = () => {
    host.behaviour.without = (host.live()[0] as Scheduling).nice === 0 ? shares.without : shares.with
    return sample()
  }
  const [id] = host.fire() as [number]
  await host.until(id, 'kept')
  expect(host.live()).toEqual([safe1, safe1])
  return { host, id }
}

async function pass({ engine, clock }: Awaited<ReturnType<typeof simulatedHost>>, seconds: number) {
  for (let second = 0; second < seconds; second += 10) {
    await engine.pass()
    clock.pass(10_000)
  }
}

test.each([
  ['changed', { ...safe1, nice: 3 }, 'somebody else has changed it since; left alone'],
  ['restored', other, 'somebody has restored the former value; left alone'],
])('what somebody else has %s is theirs, and not fought for a week', async (_what, value, reason) => {
  const { host, id } = await kept()
  await pass(host, 700)
  expect(host.store.run(id)).toMatchObject({ state: 'kept' })
  for (const operation of host.operations) host.actuator.live.set(knobOf(operation), value)
  await pass(host, 310)
  expect(host.store.run(id)).toMatchObject({ state: 'overridden', verdict: 'improved', reason })
  expect(host.live()).toEqual([value, value])
  host.clock.pass(6 * 86_400_000)
  const [again] = host.fire() as [number]
  await host.until(again, 'refused')
  expect(host.store.run(again)?.reason).toMatch(/^in quarantine/)
})

test('a VM that has ended is not asked about again', async () => {
  const { host, id } = await kept()
  host.actuator.live.clear()
  let asked = 0
  const read = host.actuator.read.bind(host.actuator)
  host.actuator.read = (operation) => {
    asked += 1
    return read(operation)
  }
  await pass(host, 3000)
  expect(asked).toBe(2)
  expect(host.store.run(id)).toMatchObject({ state: 'kept' })
})

test('while the actuator does not answer, nothing is decided', async () => {
  const { host, id } = await kept()
  host.actuator.isReachable = false
  for (const operation of host.operations) host.actuator.live.set(knobOf(operation), other)
  await pass(host, 700)
  expect(host.store.run(id)).toMatchObject({ state: 'kept' })
  host.actuator.isReachable = true
  await pass(host, 310)
  expect(host.store.run(id)).toMatchObject({ state: 'overridden' })
})
