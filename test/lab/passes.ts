// A case of the lab as a vitest test: what FILE asserts inside is the test.

import { join } from 'node:path'
import { expect } from 'vitest'
import { exitCodes } from './exit-codes.ts'
import { type LabOptions, type LabResult, runInLab } from './run-in-lab.ts'

/** `name` is a file of cases/. Fails unless it ends with 0; by default it may take 500 s. */
export async function passes(name: string, options: LabOptions): Promise<LabResult> {
  const attempt = (): Promise<LabResult> =>
    runInLab(join(import.meta.dirname, 'cases', name), { timeoutSeconds: 500, ...options })
  let result = await attempt()
  // An emulated machine may not come up on a busy one. What happens after that is the case's, and is never repeated.
  if (result.code === exitCodes.setup) {
    console.error(`lab: ${name} tried again: ${result.reason}`)
    result = await attempt()
  }
  expect(result.code, result.output + result.reason).toBe(0)
  return result
}
