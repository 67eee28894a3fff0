import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { BallastFile, ballastBytes } from '../../../../src/remediate/journal/ballast.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

test('takes 8 MiB that do not compress, for its own user only; gives them back; drops twice', () => {
  const path = join(scratchDirectory(), 'ballast')
  const ballast = new BallastFile(path)
  expect(ballast.restore()).toBe(true)
  expect([statSync(path).size, statSync(path).mode & 0o777]).toEqual([ballastBytes, 0o600])
  const start = readFileSync(path).subarray(0, 65_536)
  expect(gzipSync(start).length).toBeGreaterThan(65_000)
  ballast.drop()
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined()
  ballast.drop()
})

test('completes a ballast that was written in part, and leaves a whole one alone', () => {
  const path = join(scratchDirectory(), 'ballast')
  const ballast = new BallastFile(path, 10_000)
  writeFileSync(path, 'part')
  expect(ballast.restore()).toBe(true)
  const before = readFileSync(path)
  expect(before.length).toBe(10_000)
  expect(ballast.restore()).toBe(true)
  expect(readFileSync(path).equals(before)).toBe(true)
})

test('does not take the last space', () => {
  const path = join(scratchDirectory(), 'ballast')
  expect(new BallastFile(path, Number.MAX_SAFE_INTEGER).restore()).toBe(false)
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined()
})
