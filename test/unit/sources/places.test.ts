// Who gets one of few places, when some of those who have one never give it back.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Claim, firstPauseMs, maxPauseMs, Places } from '../../../src/sources/places.ts'

const claim = (key: string, uid: number, isVouchedFor = false): Claim => ({ key, uid, isVouchedFor })
const shares = { places: 8, ofUnconfirmed: 6, perUser: 4 }

/** All that start until no more may. */
function started(places: Places<Claim>): string[] {
  const keys: string[] = []
  for (let work = places.next(); work !== undefined; work = places.next()) keys.push(work.key)
  return keys
}

const many = (prefix: string, uid: number, count: number, isVouchedFor = false) =>
  Array.from({ length: count }, (_, at) => claim(`${prefix}${at}`, uid, isVouchedFor))

describe('places that hang', () => {
  it('of one user leave some to the others', () => {
    const places = new Places<Claim>(shares)
    places.await(many('fake', 65_534, 160))
    expect(started(places)).toEqual(['fake0', 'fake1', 'fake2', 'fake3'])
    places.await([...many('fake', 65_534, 160), claim('honest', 0)])
    expect(started(places)).toEqual(['honest'])
  })

  it('of any number of users leave some to those that KVM or libvirt vouches for', () => {
    const places = new Places<Claim>(shares)
    places.await(Array.from({ length: 50 }, (_, uid) => claim(`fake${uid}`, uid)))
    expect(started(places)).toHaveLength(6)
    places.await([claim('late', 99), ...many('vm', 0, 3, true)])
    expect(started(places)).toEqual(['vm0', 'vm1'])
  })
})

it('vouched processes come first, then the users in turn, each in the order given', () => {
  const places = new Places<Claim>({ places: 6, ofUnconfirmed: 5, perUser: 5 })
  places.await([...many('a', 1, 3), ...many('b', 2, 2), claim('vm', 1, true)])
  expect(started(places)).toEqual(['vm', 'a0', 'b0', 'a1', 'b1', 'a2'])
})

describe('what failed', () => {
  it('pauses, twice as long after each failure up to a maximum, until it succeeds', () => {
    let now = 0
    const places = new Places<Claim>(shares, () => now)
    const vm = claim('vm', 0, true)
    /** How long it is not allowed to start. */
    const pause = () => {
      for (let waited = 0; ; waited += 1_000) {
        now += waited === 0 ? 0 : 1_000
        places.await([vm])
        if (places.next() !== undefined) return waited
      }
    }
    const pauses = Array.from({ length: 8 }, () => {
      const waited = pause()
      places.release(vm, true)
      return waited
    })
    expect(pauses).toEqual([0, 5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 160_000])
    expect([firstPauseMs, maxPauseMs]).toEqual([5_000, 160_000])
    pause()
    places.release(vm, false)
    expect(pause()).toBe(0)
  })

  it('comes after what did not fail, and is forgotten when its process ends', () => {
    let now = 0
    const places = new Places<Claim>({ places: 1, ofUnconfirmed: 1, perUser: 1 }, () => now)
    const [slow, fast] = [claim('slow', 1), claim('fast', 1)]
    places.await([slow])
    places.next()
    places.release(slow, true)
    now = firstPauseMs
    places.await([slow, fast])
    expect(started(places)).toEqual(['fast'])
    places.release(fast, false)
    places.retain((key) => key !== 'slow')
    places.await([slow, fast])
    expect(started(places)).toEqual(['slow'])
  })
})

it('no share is ever exceeded, nothing runs twice, and nothing that may start is left', () => {
  const claims = fc.array(
    fc.record({ key: fc.nat(30).map(String), uid: fc.nat(3), isVouchedFor: fc.boolean() }),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(claims, fc.nat(8), fc.boolean()), { maxLength: 6 }), (rounds) => {
      let now = 0
      const places = new Places<Claim>(shares, () => now)
      const holding = new Map<string, Claim>()
      for (const [given, releases, hasFailed] of rounds) {
        const waiting = [...new Map(given.map((each) => [each.key, each])).values()]
        places.await(waiting)
        for (let work = places.next(); work !== undefined; work = places.next()) {
          expect(holding.has(work.key)).toBe(false)
          holding.set(work.key, work)
        }
        const unconfirmed = [...holding.values()].filter(({ isVouchedFor }) => !isVouchedFor)
        const mostOfOne = Math.max(
          0,
          ...[0, 1, 2, 3].map((uid) => unconfirmed.filter((one) => one.uid === uid).length),
        )
        expect(places.held).toBe(holding.size)
        expect(holding.size).toBeLessThanOrEqual(shares.places)
        expect(unconfirmed.length).toBeLessThanOrEqual(shares.ofUnconfirmed)
        expect(mostOfOne).toBeLessThanOrEqual(shares.perUser)
        for (const work of [...holding.values()].slice(0, releases)) {
          holding.delete(work.key)
          places.release(work, hasFailed)
        }
        now += maxPauseMs
      }
    }),
  )
})
