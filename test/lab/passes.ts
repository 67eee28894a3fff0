// A case of the lab as a vitest test. The assertions are in the case itself.

import { join } from 'node:path'
import { expect } from 'vitest'
import { exitCodes } from './exit-codes.ts'
import { type LabOptions, type LabResult, runInLab } from './run-in-lab.ts'

/** Runs `name`, a file of cases/, and fails unless it exits with 0. By default it may take 500 s. */
export async function passes(name: string, options: LabOptions): Promise<LabResult> {
  const attempt = (): Promise<LabResult> =>
    runInLab(join(import.meta.dirname, 'cases', name), { timeoutSeconds: 500, ...options })
  let result = await attempt()
  // On a busy host the emulated machine may fail to boot in time. Only that is repeated, never the case itself.
  if (result.code === exitCodes.setup) {
    console.error(`lab: running ${name} again: ${result.reason}`)
    result = await attempt()
  }
  expect(result.code, result.output + result.reason).toBe(0)
  return result
}
