// The README lists every metric, flag, collector and error as the code has them.
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fillTables } from './readme-tables.ts'

const path = new URL('../../README.md', import.meta.url)

test('the tables are those of the code (UPDATE_GOLDEN=1 npm run test:unit rewrites them)', () => {
  const readme = readFileSync(path, 'utf8')
  const filled = fillTables(readme)
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, filled)
  else expect(readme).toBe(filled)
})
