// One snapshot at a time.
import { expect, test } from 'vitest'
import type { HostSnapshot } from '../../../src/model/host-snapshot.ts'
import { SharedSnapshot } from '../../../src/sources/shared-snapshot.ts'
import { hostSnapshot } from '../../helpers/host-snapshot.ts'

/** A source whose snapshots are ready when the test says so. */
function heldSource(now?: () => number) {
  const asked: PromiseWithResolvers<HostSnapshot>[] = []
  const source = {
    snapshot: () => {
      asked.push(Promise.withResolvers())
      return asked.at(-1)!.promise
    },
  }
  return { asked, shared: new SharedSnapshot(source, now) }
}

test('gives a caller the snapshot that is being taken, and a later caller a new one', async () => {
  const { asked, shared } = heldSource()
  const first = shared.snapshot()
  const second = shared.snapshot()
  expect(asked).toHaveLength(1)
  const snapshot = hostSnapshot()
  asked[0]!.resolve(snapshot)
  expect(await first).toBe(snapshot)
  expect(await second).toBe(snapshot)

  const third = shared.snapshot()
  expect(asked).toHaveLength(2)
  const later = hostSnapshot()
  asked[1]!.resolve(later)
  expect(await third).toBe(later)
})

test('fails for all waiting callers, and takes a new snapshot for the next one', async () => {
  const { asked, shared } = heldSource()
  const both = [shared.snapshot(), shared.snapshot()]
  asked[0]!.reject(new Error('no'))
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(shared.hasListedVms).toBe(false)

  const next = shared.snapshot()
  asked[1]!.resolve(hostSnapshot())
  await next
  expect(shared.hasListedVms).toBe(true)
})

test('knows how long the snapshot that is being taken has taken, whether or not a caller still waits', async () => {
  let now = 1000
  const { asked, shared } = heldSource(() => now)
  expect(shared.pendingMs).toBe(undefined)
  const first = shared.snapshot()
  now += 300
  const second = shared.snapshot()
  now += 50
  expect(shared.pendingMs).toBe(350)
  asked[0]!.reject(new Error('no'))
  await Promise.allSettled([first, second])
  expect(shared.pendingMs).toBe(undefined)
})
