// Every query of every dashboard on real data.

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runInLab } from '../run-in-lab.ts'

test('dashboards.ts', async () => {
  const file = join(import.meta.dirname, '..', 'cases', 'dashboards.ts')
  const result = await runInLab(file, { timeoutSeconds: 500, cpus: 1 })
  expect(result.code, result.output + result.reason).toBe(0)
})
