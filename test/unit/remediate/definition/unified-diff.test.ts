import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unifiedDiff } from '../../../../src/remediate/definition/unified-diff.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index))

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`

describe('shows three lines around', () => {
  test('a line that is replaced and one that is removed', () => {
    const before = numbers(1, 30)
    const after = before.map((line) => (line === '5' ? 'five' : line)).filter((line) => line !== '20')
    expect(unifiedDiff(text(before), text(after))).toBe(
      '@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@@ -17,7 +17,6 @@\n 17\n 18\n 19\n-20\n 21\n 22\n 23\n',
    )
  })

  test('a line that is added at the start', () => {
    expect(unifiedDiff('a\nb\n', 'x\na\nb\n')).toBe('@@ -1,3 +1,4 @@\n+x\n a\n b\n \n')
  })
})

test('shows nothing if nothing differs', () => {
  expect(unifiedDiff('a\nb', 'a\nb')).toBe('')
})

test('patch makes the second text from the first', () => {
  const directory = scratchDirectory()
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const difference = unifiedDiff(before.join('\n'), after.join('\n'))
      if (difference === '') return before.join('\n') === after.join('\n')
      writeFileSync(join(directory, 'before'), text(before))
      writeFileSync(join(directory, 'diff'), `--- before\n+++ after\n${difference}`)
      const patched = execFileSync('patch', [
        '--quiet',
        '--output=-',
        join(directory, 'before'),
        join(directory, 'diff'),
      ])
      return patched.toString() === text(after)
    }),
    { numRuns: 40 },
  )
})
