// A directory of its own for a test, gone afterwards.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kvminfo-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
