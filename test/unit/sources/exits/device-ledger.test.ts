// Counts by device never fall and add up, whatever names become known later and whatever the module's table forgets.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Waits } from '../../../../src/model/exits.ts'
import { DeviceLedger, maxDevices } from '../../../../src/sources/exits/device-ledger.ts'
import type { Accesses } from '../../../../src/sources/kvminfo/row.ts'

const waits = (count: number, ns: number | undefined = count * 10): Waits => ({ count, ns })

const accesses = (byAddress: Readonly<Record<number, number>>, other = 0): Accesses => ({
  byAddress: new Map(Object.entries(byAddress).map(([address, count]) => [Number(address), waits(count)])),
  other: waits(other),
})

interface Options {
  readonly names?: Readonly<Record<number, string>>
  readonly askedAtMs?: number
  readonly isNew?: boolean
  readonly exits?: number
}

/** One VM, new unless said otherwise, on a clock of the test. */
function vm() {
  const clock = { ms: 1_000 }
  const ledger = new DeviceLedger(() => clock.ms)
  let exits = 0
  return {
    clock,
    ledger,
    shown(counted: Accesses, { names = {}, askedAtMs, isNew = true, exits: given }: Options = {}) {
      exits = given ?? exits + 1_000
      const naming = { nameOf: (address: number) => names[address], askedAtMs }
      const sums = ledger.add('vm', { accesses: counted, exits, isNew }, naming)
      return Object.fromEntries([...sums].map(([name, { count }]) => [name, count]))
    },
  }
}

const named = { 1: 'rtc', 2: 'net0' }

describe('a VM', () => {
  it('that is new shows all its counts', () => {
    const { shown } = vm()
    expect(shown(accesses({ 1: 5, 2: 7 }, 3), { names: named })).toEqual({ rtc: 5, net0: 7, other: 3 })
  })

  it('that was already running starts at zero, because an earlier run may have used other names', () => {
    const { shown } = vm()
    const old = { names: named, isNew: false }
    expect(shown(accesses({ 1: 500, 2: 700 }, 30), old)).toEqual({ rtc: 0, net0: 0 })
    expect(shown(accesses({ 1: 501, 2: 702 }, 33), old)).toEqual({ rtc: 1, net0: 2, other: 3 })
  })

  it('counts addresses of one device together', () => {
    const { shown } = vm()
    expect(shown(accesses({ 1: 5, 2: 7 }), { names: { 1: 'net0', 2: 'net0' } })).toEqual({ net0: 12 })
  })

  it('starts again when the module was loaded again', () => {
    const { shown } = vm()
    shown(accesses({ 1: 500 }), { names: named, exits: 9_000 })
    expect(shown(accesses({ 1: 4 }, 2), { names: named, exits: 10 })).toEqual({ rtc: 4, other: 2 })
  })

  it('that ended is forgotten', () => {
    const { shown, ledger } = vm()
    shown(accesses({ 1: 500 }), { names: named })
    ledger.retain(() => false)
    expect(shown(accesses({ 1: 40 }), { names: named })).toEqual({ rtc: 40 })
  })

  it('shows the times too, or none if the module does not measure them', () => {
    const ledger = new DeviceLedger()
    const naming = { nameOf: () => 'rtc', askedAtMs: undefined }
    const add = (count: number, ns: number | undefined) =>
      ledger.add(
        'vm',
        {
          accesses: { byAddress: new Map([[1, { count, ns }]]), other: waits(0) },
          exits: count,
          isNew: true,
        },
        naming,
      )
    expect(add(5, 900).get('rtc')).toEqual({ count: 5, ns: 900 })
    // The time of an exit is known only when the guest is entered again.
    expect(add(5, 1_000).get('rtc')).toEqual({ count: 5, ns: 1_000 })
    expect(add(6, undefined).get('rtc')).toEqual({ count: 6, ns: undefined })
  })
})

describe('a name that becomes known later', () => {
  it('begins to rise then; what was counted for the address stays', () => {
    const { shown } = vm()
    expect(shown(accesses({ 70000: 5 }))).toEqual({ 'mmio 0x1170000': 5 })
    expect(shown(accesses({ 70000: 8 }), { names: { 70000: 'net0' } })).toEqual({
      'mmio 0x1170000': 5,
      net0: 3,
    })
  })

  it('is waited for until QEMU has been asked after the access was seen', () => {
    const { shown, clock, ledger } = vm()
    expect(shown(accesses({ 70000: 5 }), { askedAtMs: 0 })).toEqual({})
    expect(ledger.isWaiting('vm')).toBe(true)
    clock.ms = 2_000
    expect(shown(accesses({ 70000: 7 }), { askedAtMs: 999 })).toEqual({})
    expect(shown(accesses({ 70000: 8 }), { askedAtMs: 1_500, names: { 70000: 'net0' } })).toEqual({
      net0: 8,
    })
    expect(ledger.isWaiting('vm')).toBe(false)
  })

  it('is no longer waited for once QEMU did not know it, or does not answer', () => {
    const unknown = vm()
    unknown.shown(accesses({ 70000: 5 }), { askedAtMs: 0 })
    expect(unknown.shown(accesses({ 70000: 6 }), { askedAtMs: 1_001 })).toEqual({ 'mmio 0x1170000': 6 })
    unknown.clock.ms = 9_000
    expect(unknown.shown(accesses({ 70000: 9 }), { askedAtMs: 1_001 })).toEqual({ 'mmio 0x1170000': 9 })
    expect(unknown.ledger.isWaiting('vm')).toBe(false)
    const silent = vm()
    silent.shown(accesses({ 70000: 5 }), { askedAtMs: 0 })
    expect(silent.shown(accesses({ 70000: 6 }))).toEqual({ 'mmio 0x1170000': 6 })
  })
})

describe('an address that the module forgets', () => {
  it('keeps its counts here, and `other` does not rise by them', () => {
    const { shown } = vm()
    shown(accesses({ 1: 100, 2: 200 }, 10), { names: named })
    // The table gave the place of 1 to 3: its 100 moved to `other`, together with 4 that nobody saw and 6 of others.
    const after = shown(accesses({ 2: 201, 3: 1 }, 120), { names: { ...named, 3: 'vga' } })
    expect(after).toEqual({ rtc: 100, net0: 201, vga: 1, other: 20 })
  })

  it('goes on from where it was if it comes back', () => {
    const { shown } = vm()
    shown(accesses({ 1: 100 }), { names: named })
    shown(accesses({ 2: 1 }, 100), { names: named })
    expect(shown(accesses({ 1: 3 }, 101), { names: named })).toEqual({ rtc: 103, net0: 1 })
  })

  it('takes its counts back out of `other` without counting them twice', () => {
    const { shown } = vm()
    shown(accesses({ 1: 100 }, 10), { names: named })
    shown(accesses({ 2: 7 }, 110), { names: named })
    expect(shown(accesses({ 1: 105, 2: 7 }, 10), { names: named })).toEqual({ rtc: 105, net0: 7, other: 10 })
  })

  it('is not counted twice if it came back between two samples', () => {
    const { shown } = vm()
    shown(accesses({ 1: 100 }), { names: named })
    expect(shown(accesses({ 1: 3 }, 105), { names: named })).toEqual({ rtc: 100, other: 8 })
  })

  it('keeps the counts that other vCPUs still have of it', () => {
    const { shown } = vm()
    shown(accesses({ 1: 100 }), { names: named })
    expect(shown(accesses({ 1: 60 }, 40), { names: named })).toEqual({ rtc: 100 })
    expect(shown(accesses({ 1: 61 }, 41), { names: named })).toEqual({ rtc: 101, other: 1 })
  })

  it('does not lower `other` if one read shows it gone and the next one shows it moved', () => {
    const { shown } = vm()
    shown(accesses({ 1: 100, 2: 5 }, 10), { names: named })
    expect(shown(accesses({ 2: 5 }, 10), { names: named })).toEqual({ rtc: 100, net0: 5, other: 10 })
    expect(shown(accesses({ 2: 5 }, 112), { names: named })).toEqual({ rtc: 100, net0: 5, other: 12 })
  })
})

describe('the bound', () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [70_000 + index, 1 + index]))

  it('lets the sixteen most accessed addresses have counters, and the rest share `other`', () => {
    const { shown } = vm()
    const sums = shown(accesses(many(40)))
    expect(Object.keys(sums)).toHaveLength(17)
    expect(sums['mmio 0x1197000']).toBe(40)
    expect(sums.other).toBe((24 * 25) / 2)
  })

  it('keeps room for devices whatever addresses the guest accesses', () => {
    const { shown } = vm()
    shown(accesses(many(40)))
    expect(shown(accesses({ ...many(40), 1: 9 }), { names: named })).toMatchObject({ rtc: 9 })
  })

  it('is one counter more than the most devices', () => {
    const { shown } = vm()
    const names = Object.fromEntries(Object.keys(many(200)).map((address) => [address, `device-${address}`]))
    expect(Object.keys(shown(accesses(many(200)), { names }))).toHaveLength(maxDevices + 1)
  })
})

/** A table as the module's: an address without a place takes that of the one with the fewest counts. */
class Table {
  readonly counts = new Map<number, number>()
  other = 0
  readonly #room: number

  constructor(room: number) {
    this.#room = room
  }

  add(address: number, count: number): void {
    if (!this.counts.has(address) && this.counts.size === this.#room) {
      const [least, lost] = [...this.counts].reduce((a, b) => (b[1] < a[1] ? b : a))
      this.counts.delete(least)
      this.other += lost
    }
    this.counts.set(address, (this.counts.get(address) ?? 0) + count)
  }
}

/** What a read shows: the tables of all vCPU threads, in one table. */
function merged(tables: readonly Table[], room: number): Accesses {
  const all = new Table(room)
  for (const { counts, other } of tables) {
    for (const [address, count] of counts) all.add(address, count)
    all.other += other
  }
  return accesses(Object.fromEntries(all.counts), all.other)
}

it('never falls, and rises by exactly what was accessed, for any accesses, vCPUs, tables and names', () => {
  const step = fc.record({
    /** Which vCPU accesses which of twelve addresses. */
    accessed: fc.array(fc.tuple(fc.nat(2), fc.nat(11)), { maxLength: 40 }),
    /** Which of them have a name by now. */
    names: fc.uniqueArray(fc.nat(11)),
  })
  const room = fc.integer({ min: 1, max: 6 })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), room, room, (steps, ofThread, ofRow) => {
      const { shown } = vm()
      const tables = [0, 1, 2].map(() => new Table(ofThread))
      let total = 0
      let before: Readonly<Record<string, number>> = {}
      for (const { accessed, names } of steps) {
        for (const [vcpu, each] of accessed) {
          tables[vcpu]!.add(70_000 + each, 1)
          total++
        }
        const known = Object.fromEntries(names.map((each) => [70_000 + each, `device-${each % 4}`]))
        const sums = shown(merged(tables, ofRow), { names: known })
        for (const [name, count] of Object.entries(before)) expect(sums[name]).toBeGreaterThanOrEqual(count)
        expect(Object.values(sums).reduce((sum, count) => sum + count, 0)).toBe(total)
        before = sums
      }
    }),
    { numRuns: 500 },
  )
})
