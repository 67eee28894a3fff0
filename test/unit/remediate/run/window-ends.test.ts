import { expect, test } from 'vitest'
import { onlyIdentity } from '../../../../src/remediate/run/store.ts'
import { windowBetween, windowEnd } from '../../../../src/remediate/run/window-ends.ts'
import { simulatedHost } from '../../../helpers/remediate/simulated-host.ts'

test('transfers are read only for what needs them, and may be missing', async () => {
  const { parts, alert } = await simulatedHost()
  const vm = onlyIdentity(alert.request!.vm!)
  let asked = 0
  parts.transfers = async () => {
    asked += 1
    throw new Error('no libvirt')
  }
  expect(await windowEnd(parts, vm, 'run-delay')).toMatchObject({ transfers: undefined })
  expect(asked).toBe(0)
  const before = await windowEnd(parts, vm, 'userspace-per-byte')
  expect([before.transfers, asked]).toEqual([undefined, 1])
  parts.transfers = async () => ({ bytes: 7, packets: 8, sentPackets: 3 })
  expect(await windowEnd(parts, vm, 'userspace-per-packet')).toMatchObject({
    transfers: { bytes: 7, packets: 8 },
  })
})

test('a window in which another run changed something does not count', async () => {
  const { parts, alert, clock, fire, operations, store } = await simulatedHost()
  const vm = onlyIdentity(alert.request!.vm!)
  const [id] = fire() as [number]
  const before = await windowEnd(parts, vm, 'run-delay')
  for (const [from, to] of [
    ['received', 'approved'],
    ['approved', 'applying'],
  ] as const)
    store.move(id, from, to, {})
  await parts.executor.apply(id, operations)
  clock.pass(15_000)
  const after = await windowEnd(parts, vm, 'run-delay')
  const target = { vm, metric: 'run-delay' } as const
  expect(windowBetween(parts, { id: id + 1, ...target }, before, after).whyNot).toBe(
    `run ${id} changed something on this host meanwhile`,
  )
  // Its own changes are what it measures.
  expect(windowBetween(parts, { id, ...target }, before, after).whyNot).toBeNull()
})
