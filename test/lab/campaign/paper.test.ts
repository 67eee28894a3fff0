// The thesis's experiments, once each: their directions must be the thesis's.

import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findingsOf, type Results } from '../paper/findings.ts'
import { repeatPaper } from '../paper/repeat.ts'

test("our guests point in the directions of the thesis's figures", async () => {
  const directory = await mkdtemp(join(tmpdir(), 'paper-'))
  await repeatPaper(1, directory, console.error, new AbortController().signal)
  const results = JSON.parse(await readFile(join(directory, 'results.json'), 'utf8')) as Results
  expect(findingsOf(results).filter(({ holds }) => !holds)).toEqual([])
})
