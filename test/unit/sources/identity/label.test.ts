// The vm label: safe, bounded, unique.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Labels, maxLabelLength, type Named, safeName } from '../../../../src/sources/identity/label.ts'

describe('safeName', () => {
  it.each([
    ['web "1" \\ é ☺', 'web "1" \\ é ☺'],
    ['a\nb\tc\u001b[31m\u007f\u0085', 'a\uFFFDb\uFFFDc\uFFFD[31m\uFFFD\uFFFD'],
    ['line\u2028separator', 'line\uFFFDseparator'],
    ['web\u202egpj\u2066\u200b\ufeff\u00ad\u{e0041}', 'web\uFFFDgpj\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD'],
    ['lone \ud800 surrogate', 'lone \uFFFD surrogate'],
  ])('makes of %j the name %j', (name, safe) => {
    expect(safeName(name)).toBe(safe)
  })

  it('shortens a long name, and keeps two names different that differ after the cut', () => {
    const [a, b] = [safeName(`${'x'.repeat(10_000)}a`), safeName(`${'x'.repeat(10_000)}b`)]
    expect(a).toHaveLength(maxLabelLength)
    expect(a).toMatch(/^x{242}~[0-9a-f]{12}$/)
    expect(a).not.toBe(b)
    expect(safeName('y'.repeat(maxLabelLength))).toBe('y'.repeat(maxLabelLength))
  })

  it('does not cut a character in two', () => {
    expect(safeName('☺😀'.repeat(200)).isWellFormed()).toBe(true)
  })
})

/** VMs that started at the same time, without evidence and UUID, except for what is given. */
const named = (
  pid: number,
  name: string | undefined,
  more: Partial<Omit<Named, 'strength'>> & { strength?: number } = {},
) => ({
  pid,
  startNs: 0,
  key: undefined,
  name,
  ...more,
  strength: () => more.strength ?? 0,
})

describe('labels', () => {
  const labels = (...names: [number, string | undefined][]) =>
    Object.fromEntries(new Labels().of(names.map(([pid, name]) => named(pid, name))))

  it('are the name, or the pid if a VM has none', () => {
    expect(labels([10, 'a'], [11, 'b'], [12, undefined])).toEqual({ 10: 'a', 11: 'b', 12: 'pid-12' })
  })

  it('get the pid if VMs share a name and nothing distinguishes them', () => {
    expect(labels([10, 'a'], [11, 'a'], [12, 'b'])).toEqual({ 10: 'a@10', 11: 'a@11', 12: 'b' })
  })

  it('stay unique if the name of a VM looks like such a label', () => {
    expect(labels([10, 'a'], [11, 'a'], [12, 'a@10'])).toEqual({ 10: 'a@10@10', 11: 'a@11', 12: 'a@10@12' })
    expect(labels([10, undefined], [11, 'pid-10'])).toEqual({ 10: 'pid-10@10', 11: 'pid-10@11' })
  })

  it('leave the name to the VM with the most evidence, whatever the names of the others', () => {
    const labels = (evidence: number[], ...names: (string | undefined)[]) => [
      ...new Labels().of(names.map((name, pid) => named(pid, name, { strength: evidence[pid]! }))).values(),
    ]
    expect(labels([1, 0, 0], 'a', 'a', 'a')).toEqual(['a', 'a@1', 'a@2'])
    expect(labels([0, 2, 1], 'a', 'a', 'a')).toEqual(['a@0', 'a', 'a@2'])
    expect(labels([1, 1, 0], 'a', 'a', 'a')).toEqual(['a@0', 'a@1', 'a@2'])
    expect(labels([1, 0], undefined, 'pid-0')).toEqual(['pid-0', 'pid-0@1'])
    // Two VMs share the name `a`, and a third has the label that one of them gets as its name.
    expect(labels([1, 1, 0], 'a', 'a', 'a@1')).toEqual(['a@0', 'a@1', 'a@1@2'])
  })

  it('leave the name to the first of equals, also if this program starts later, and use a key that lasts', () => {
    const [first, second, third] = [
      named(10, 'a', { startNs: 1e9, key: 'uuid-1' }),
      named(11, 'a', { startNs: 2e9, key: 'uuid-2' }),
      named(9, 'a', { startNs: 3e9 }),
    ]
    const expected = new Map([
      [10, 'a'],
      [11, 'a@uuid-2'],
      [9, 'a@9'],
    ])
    expect(new Labels().of([first, second, third])).toEqual(expected)
    const running = new Labels()
    expect(running.of([first]).get(10)).toBe('a')
    expect(running.of([third, second, first])).toEqual(expected)
  })

  it('stay while the VM runs, when the one that holds the name ends and when it starts again', () => {
    const running = new Labels()
    const second = named(11, 'a', { startNs: 2e9, key: 'uuid-2' })
    running.of([named(10, 'a', { startNs: 1e9, key: 'uuid-1' }), second])
    expect(running.of([second]).get(11)).toBe('a@uuid-2')
    const restarted = named(12, 'a', { startNs: 3e9, key: 'uuid-1' })
    expect(running.of([second, restarted])).toEqual(
      new Map([
        [11, 'a@uuid-2'],
        [12, 'a'],
      ]),
    )
  })

  it('give the name back to a VM that libvirt or KVM confirms later, and not to a process that copies its key', () => {
    const running = new Labels()
    const fake = named(10, 'a', { startNs: 1e9, key: 'uuid-1' })
    const vm = { startNs: 2e9, key: 'uuid-1' }
    expect(running.of([fake, named(11, 'a', vm)]).get(11)).toBe('a@uuid-1')
    expect(running.of([fake, named(11, 'a', { ...vm, strength: 2 })])).toEqual(
      new Map([
        [10, 'a@uuid-1'],
        [11, 'a'],
      ]),
    )
    const copies = [12, 13].map((pid) => named(pid, 'a', { startNs: pid * 1e9, key: 'uuid-1' }))
    const all = running.of([fake, named(11, 'a', { ...vm, strength: 2 }), ...copies])
    expect(new Set(all.values()).size).toBe(4)
    expect(all.get(11)).toBe('a')
  })

  it('stay different for names that differ only in characters that cannot be shown', () => {
    expect(labels([10, 'a\u0001'], [11, 'a\u0002'])).toEqual({ 10: 'a\uFFFD@10', 11: 'a\uFFFD@11' })
  })

  it('are unique and do not depend on the order, whatever names, keys, evidence and times, and stay the same', () => {
    const name = fc.option(
      fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('a', 'a@1', 'a@2', 'a@k', 'pid-1', 'pid-2')),
      { nil: undefined },
    )
    const one = fc.tuple(fc.nat(9), name, fc.constantFrom(undefined, 'k', 'l'), fc.nat(2), fc.nat(2))
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: ([pid]) => pid }), fc.nat(9), (given, ended) => {
        const vms = given.map(([pid, text, key, strength, start]) =>
          named(pid, text, { key, strength, startNs: start * 1e9 }),
        )
        const [forward, backward] = [new Labels(), new Labels()]
        const before = forward.of(vms)
        expect(new Set(before.values()).size).toBe(vms.length)
        expect(new Map([...backward.of(vms.toReversed())].sort())).toEqual(new Map([...before].sort()))
        expect(forward.of(vms)).toEqual(before)
        const rest = forward.of(vms.filter(({ pid }) => pid !== ended))
        expect(new Set(rest.values()).size).toBe(rest.size)
        for (const [pid, label] of rest) expect(label).toBe(before.get(pid))
      }),
    )
  })
})
