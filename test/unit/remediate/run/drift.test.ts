import { expect, test } from 'vitest'
import type { Scheduling } from '../../../../src/actuator/protocol.ts'
import { parsePolicy } from '../../../../src/policy/schema.ts'
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
    await new Promise((resolve) => setImmediate(resolve))
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

test('a value that another run has set later is its own, without a quarantine', async () => {
  const policy = (sleep: string) => `limits: {cooldown: 0}\nactions: {ksm-pace: {sleep: ${sleep}}}`
  const host = await simulatedHost(policy('200ms'))
  const pace = { pagesToScan: 100, sleepMs: 20 }
  host.actuator.live.set(knobOf({ kind: 'ksm-run', from: 0, to: 1 }), 1)
  host.actuator.live.set(knobOf({ kind: 'ksm-pace', from: pace, to: pace }), pace)
  // Slots that differ, as those of two VMs do that need the same pool of huge pages.
  const ask = async (device: string) => {
    const request = {
      action: 'ksm-pace',
      mode: 'auto',
      vm: undefined,
      device,
      policySha: 'p1',
    } as const
    const [id] = host.fire({ request }) as [number]
    await host.until(id, 'kept')
    return id
  }
  const first = await ask('a')
  host.policy.current = {
    policy: parsePolicy(`instances: [kvm1]\n${policy('500ms')}`, 'policy.yml'),
    sha: 'p2',
  }
  const second = await ask('b')
  await pass(host, 310)
  expect(host.store.run(first)).toMatchObject({
    state: 'overridden',
    reason: `run ${second} has changed it since; left alone`,
  })
  expect(host.store.run(second)).toMatchObject({ state: 'kept' })
  expect(host.store.budget(host.store.run(first)!.slot, host.clock.now()).quarantine).toBeUndefined()
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
