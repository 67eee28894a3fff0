import { expect, test } from 'vitest'
import { stepsOf, windowsOf } from '../../../../src/remediate/journal/query.ts'
import { knobOf } from '../../../../src/remediate/run/executor.ts'
import { other, simulatedHost } from '../../../helpers/remediate/simulated-host.ts'

const week = 7 * 86_400_000

type Host = Awaited<ReturnType<typeof simulatedHost>>

/** The knob of the placebo exists as soon as the VM runs. */
function withPlacebo(host: Host): Host {
  const { vm } = host.operations[0]!
  host.actuator.live.set(knobOf({ kind: 'nothing', vm, from: 0, to: 1 }), 0)
  return host
}

/** Passes, one each simulated second. */
async function pass(host: Host, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await host.engine.pass()
    host.clock.pass(1000)
  }
}

test('once a week the whole loop runs without a change, and is judged', async () => {
  const host = withPlacebo(await simulatedHost())
  host.clock.pass(week - 3_600_000)
  await pass(host, 40)
  expect(host.store.run(1)).toBeUndefined()
  host.clock.pass(3_600_000)
  await pass(host, 40)
  expect(host.store.run(1)).toMatchObject({ action: 'placebo', mode: 'auto', vm: { label: host.vm.label } })
  await host.until(1, 'undone')
  expect(host.store.run(1)).toMatchObject({ verdict: 'inconclusive' })
  expect(windowsOf(host.journal, 1)).toHaveLength(32)
  const kinds = stepsOf(host.journal, 1).map(({ operation, isUndo, phase }) => [
    operation.kind,
    isUndo,
    phase,
  ])
  expect(kinds).toEqual(Array.from({ length: 6 }, (_, step) => ['nothing', step % 2 === 1, 'done']))
  expect(host.live()).toEqual([other, other])
  await pass(host, 7200)
  expect(host.store.run(2)).toBeUndefined()
  host.clock.pass(week)
  await pass(host, 40)
  expect(host.store.run(2)).toMatchObject({ action: 'placebo' })
})

test.each([
  ['improved', { without: 0.4, with: 0.1 }],
  ['worse', { without: 0.1, with: 0.4 }],
])('an error of the judge, %s, is recorded and has no consequence', async (verdict, shares) => {
  const host = withPlacebo(await simulatedHost())
  host.clock.pass(week)
  await pass(host, 40)
  // Chance: the cost is another one during the placebo.
  const { sample } = host.parts
  const knob = knobOf({ kind: 'nothing', vm: host.operations[0]!.vm, from: 0, to: 1 })
  host.parts.sample = () => {
    host.behaviour.without = host.actuator.live.get(knob) === 1 ? shares.with : shares.without
    return sample()
  }
  await host.until(1, 'undone')
  expect(host.store.run(1)).toMatchObject({ verdict })
  expect(host.actuator.live.get(knob)).toBe(0)
  expect(host.store.budget(host.store.run(1)!.slot, host.clock.now()).quarantine).toBeUndefined()
})

test.each([
  ['the policy wants none', 'measure: {placebo: 0}'],
  ['the policy asks people first', 'mode: propose'],
  ['the policy protects the VM', 'vms: [{name: "*", protected: true}]'],
])('there is none if %s', async (_why, policy) => {
  const host = withPlacebo(await simulatedHost(policy))
  host.clock.pass(week)
  await pass(host, 4000)
  expect(host.store.run(1)).toBeUndefined()
})

test('a VM that is idle is not chosen; an hour later it is looked at again', async () => {
  const host = withPlacebo(await simulatedHost())
  host.behaviour.demand = 0.1
  host.clock.pass(week)
  await pass(host, 40)
  host.behaviour.demand = 0.9
  await pass(host, 3000)
  expect(host.store.run(1)).toBeUndefined()
  await pass(host, 700)
  expect(host.store.run(1)).toMatchObject({ action: 'placebo' })
})

test('while the kill switch is set there is none', async () => {
  const host = withPlacebo(await simulatedHost())
  host.state.isStopped = true
  host.clock.pass(week)
  await pass(host, 4000)
  expect(host.store.run(1)).toBeUndefined()
})
