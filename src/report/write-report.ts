// Writes a file as a whole or not at all: into a file beside it, which then takes its name.
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { KvminfoError, systemReason } from '../errors.ts'

/**
 * Throws REPORT_NOT_WRITTEN; a file that was there before is unchanged then. Nothing else happens at that time, so it
 * does not need to be asynchronous, and no request is left over when the program ends.
 */
export function writeReport(path: string, text: string): void {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    // Names of VMs and what they do are nobody else's business.
    const file = openSync(beside, 'wx', 0o640)
    try {
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw new KvminfoError(
      'REPORT_NOT_WRITTEN',
      `cannot write ${path}: ${systemReason(error)}; choose another --output, or make room`,
      { cause: error },
    )
  }
}
