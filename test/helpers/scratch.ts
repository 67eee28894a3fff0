// A temporary directory for a test, removed afterwards.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kvminfo-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
