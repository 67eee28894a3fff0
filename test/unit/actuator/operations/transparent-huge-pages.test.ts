import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type {
  TransparentHugePages,
  TransparentHugePagesOperation,
} from '../../../../src/actuator/protocol.ts'
import { actuatorOnFiles } from '../../../helpers/actuator.ts'

function hostWith(text: string) {
  const host = actuatorOnFiles()
  const path = join(host.sysfs, 'kernel/mm/transparent_hugepage/enabled')
  writeFileSync(path, text)
  return {
    path,
    ask: (what: 'read' | 'execute', from: TransparentHugePages, to: TransparentHugePages) => {
      const operation: TransparentHugePagesOperation = { kind: 'transparent-huge-pages', from, to }
      return host.actuator.answer({ do: what, operation })
    },
  }
}

test.each(['always', 'madvise', 'never'] as const)('reads %s', async (word) => {
  const { ask } = hostWith('always madvise never\n'.replace(word, `[${word}]`))
  expect(await ask('read', 'never', 'madvise')).toMatchObject({ outcome: 'done', after: word })
})

test('refuses to read a file that marks nothing', async () => {
  const { ask } = hostWith('on\n')
  expect(await ask('read', 'never', 'madvise')).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining('marks none of always, madvise, never'),
  })
})

test('writes the word alone', async () => {
  const { ask, path } = hostWith('always madvise [never]\n')
  // A real kernel marks the word; a file only keeps it, and then it cannot be read back.
  expect(await ask('execute', 'never', 'madvise')).toMatchObject({ outcome: 'unknown' })
  expect(readFileSync(path, 'utf8').split('\n')[0]).toBe('madvise')
})

test.each(['always', 'never'] as const)('%s is not set, because it concerns all programs', async (to) => {
  const { ask, path } = hostWith('always [madvise] never\n')
  expect(await ask('execute', 'madvise', to)).toMatchObject({ outcome: 'refused', after: 'madvise' })
  expect(readFileSync(path, 'utf8')).toBe('always [madvise] never\n')
})
