import { describe, expect, test } from 'vitest'
import { identify, ownersOf, type Presence } from '../../../src/report/collect/identity.ts'

const uuid = 'AAAAAAAA-0000-4000-8000-000000000001'
const presence = (name: string, host: number, begin: number, end: number, of = uuid): Presence => ({
  host,
  name,
  uuid: of,
  runs: [{ begin, end }],
})

describe('identify', () => {
  test('takes a renamed VM and one that moved for one VM', () => {
    const found = identify(
      [presence('new', 0, 10, 20), presence('old', 0, 0, 10), presence('new', 1, 19, 30)],
      2,
    )
    expect(found).toHaveLength(1)
    expect(found[0]!.uuid).toBe(uuid.toLowerCase())
    expect(found[0]!.presences.map(({ name, host }) => [name, host])).toEqual([
      ['old', 0],
      ['new', 0],
      ['new', 1],
    ])
  })

  test('keeps VMs apart that have the same UUID at the same time', () => {
    const found = identify([presence('a', 0, 0, 20), presence('b', 0, 10, 30)], 2)
    expect(found.map(({ sharesUuid, presences }) => [sharesUuid, presences[0]!.name])).toEqual([
      [true, 'a'],
      [true, 'b'],
    ])
  })

  test.each(['', '00000000-0000-0000-0000-000000000000'])(
    'goes by name and host without a UUID (%j)',
    (none) => {
      const found = identify(
        [presence('a', 0, 0, 5, none), presence('a', 1, 6, 9, none), presence('b', 0, 6, 9, none)],
        2,
      )
      expect(found.map(({ uuid: of, presences }) => [of, presences.length])).toEqual([
        [undefined, 1],
        [undefined, 1],
        [undefined, 1],
      ])
    },
  )
})

test('a name that passes to another VM has one owner at each step', () => {
  const owners = ownersOf(6, [
    { vm: 4, presence: presence('a', 0, 2, 5) },
    { vm: 3, presence: presence('a', 0, 0, 3) },
  ])
  expect([...owners]).toEqual([3, 3, 4, 4, 4, -1])
})
