// The vm label: safe, bounded, unique.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxLabelLength, safeName, uniqueLabels } from '../../../../src/sources/identity/label.ts'

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

describe('uniqueLabels', () => {
  const labels = (...names: [number, string | undefined][]) =>
    Object.fromEntries(uniqueLabels(new Map(names), () => 0))

  it('gives each VM its name, or its pid if it has none', () => {
    expect(labels([10, 'a'], [11, 'b'], [12, undefined])).toEqual({ 10: 'a', 11: 'b', 12: 'pid-12' })
  })

  it('adds the pid to all that share a name', () => {
    expect(labels([10, 'a'], [11, 'a'], [12, 'b'])).toEqual({ 10: 'a@10', 11: 'a@11', 12: 'b' })
  })

  it('handles a VM whose name looks like such a label', () => {
    expect(labels([10, 'a'], [11, 'a'], [12, 'a@10'])).toEqual({ 10: 'a@10@10', 11: 'a@11', 12: 'a@10@12' })
    expect(labels([10, undefined], [11, 'pid-10'])).toEqual({ 10: 'pid-10@10', 11: 'pid-10@11' })
  })

  it('leaves the name to the VM with the most evidence, whatever the names of the others', () => {
    const labels = (evidence: number[], ...names: (string | undefined)[]) => [
      ...uniqueLabels(new Map(names.map((name, pid) => [pid, name])), (pid) => evidence[pid]!).values(),
    ]
    expect(labels([1, 0, 0], 'a', 'a', 'a')).toEqual(['a', 'a@1', 'a@2'])
    expect(labels([0, 2, 1], 'a', 'a', 'a')).toEqual(['a@0', 'a', 'a@2'])
    expect(labels([1, 1, 0], 'a', 'a', 'a')).toEqual(['a@0', 'a@1', 'a@2'])
    expect(labels([1, 0], undefined, 'pid-0')).toEqual(['pid-0', 'pid-0@1'])
    // Two VMs share the name `a`, and a third has the label that one of them gets as its name.
    expect(labels([1, 1, 0], 'a', 'a', 'a@1')).toEqual(['a@0', 'a@1', 'a@1@2'])
  })

  it('keeps names different that differ only in characters that cannot be shown', () => {
    expect(labels([10, 'a\u0001'], [11, 'a\u0002'])).toEqual({ 10: 'a\uFFFD@10', 11: 'a\uFFFD@11' })
  })

  it('is unique and does not depend on the order, whatever the names', () => {
    const name = fc.option(
      fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('a', 'a@1', 'a@2', 'pid-1', 'pid-2')),
      {
        nil: undefined,
      },
    )
    const modulo = fc.integer({ min: 1, max: 4 })
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.nat(9), name), { selector: ([pid]) => pid }),
        modulo,
        (vms, by) => {
          const forward = uniqueLabels(new Map(vms), (pid) => pid % by)
          const backward = uniqueLabels(new Map(vms.toReversed()), (pid) => pid % by)
          expect(new Set(forward.values()).size).toBe(vms.length)
          for (const [pid, label] of forward) expect(backward.get(pid)).toBe(label)
        },
      ),
    )
  })
})
