import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadPolicy, PolicyFile } from '../../../src/policy/policy-file.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

function policyAt(text = 'instances: [a]\n', mode = 0o644): string {
  const path = join(scratchDirectory(), 'policy.yml')
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

test('the fingerprint is that of the text', () => {
  const [one, two] = [loadPolicy(policyAt()), loadPolicy(policyAt('instances: [a]\n#\n'))]
  expect(one.sha).toMatch(/^[0-9a-f]{64}$/)
  expect(two.sha).not.toBe(one.sha)
  expect(loadPolicy(policyAt()).sha).toBe(one.sha)
})

test.each([0o664, 0o646, 0o666])('refuses a file that others may write: %o', (mode) => {
  expect(() => loadPolicy(policyAt('instances: [a]\n', mode))).toThrow(
    /can be changed by other users; run: chmod go-w/,
  )
})

test('refuses a file of another user', () => {
  const path = policyAt()
  chownSync(path, 65_534, 65_534)
  expect(() => loadPolicy(path)).toThrow('belongs to another user; run: chown root')
})

test('refuses what is no regular file without waiting, and what is too large', () => {
  const folder = scratchDirectory()
  const fifo = join(folder, 'fifo')
  execFileSync('mkfifo', ['-m', '600', fifo])
  expect(() => loadPolicy(fifo)).toThrow('is not a regular file')
  mkdirSync(join(folder, 'd'))
  expect(() => loadPolicy(join(folder, 'd'))).toThrow('is not a regular file')
  expect(() => loadPolicy(join(folder, 'none'))).toThrow('cannot read the policy')
  expect(() => loadPolicy(policyAt(`#${'x'.repeat(1024 * 1024)}`))).toThrow('is larger than 1 MiB')
})

test('a broken change keeps the last good policy and says so, until it is fixed', () => {
  const path = policyAt()
  const { log, records } = recordedLog()
  const file = new PolicyFile(path, log)
  const { sha } = file.current
  writeFileSync(path, 'instances: [a]\nlimts: {}\n')
  expect(file.current.sha).toBe(sha)
  expect(file.problem?.message).toMatch(/policy\.yml:2: limts: unknown key$/)
  expect(records.map(({ msg }) => msg)).toEqual([
    'the policy is broken; nothing new is changed until it is fixed',
  ])
  rmSync(path)
  expect(file.problem?.message).toMatch('cannot read the policy')
  writeFileSync(path, 'instances: [b]\n')
  expect(file.problem).toBeUndefined()
  expect(file.current.policy.instances).toEqual(['b'])
})
