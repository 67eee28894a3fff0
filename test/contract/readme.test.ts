// The README files list every metric, flag, collector and error code exactly as the code defines them.
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { files, fillTables } from './readme-tables.ts'

test.each(Object.entries(files))(
  'the tables of %s match the code (UPDATE_GOLDEN=1 npm run test:unit updates them)',
  (file, tables) => {
    const path = new URL(`../../${file}`, import.meta.url)
    const written = readFileSync(path, 'utf8')
    const filled = fillTables(written, tables)
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, filled)
    else expect(written).toBe(filled)
  },
)
