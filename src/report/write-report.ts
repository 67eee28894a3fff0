// Writes a file as a whole or not at all: into a file beside it, which then takes its name.
import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { KvminfoError } from '../errors.ts'

/** Throws REPORT_NOT_WRITTEN; a file that was there before is unchanged then. */
export async function writeReport(path: string, text: string): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    // Names of VMs and what they do are nobody else's business.
    const file = await open(beside, 'wx', 0o640)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {})
    const { message } = error as Error
    throw new KvminfoError(
      'REPORT_NOT_WRITTEN',
      `cannot write ${path}: ${message}; choose another --output, or make room`,
      { cause: error },
    )
  }
}
