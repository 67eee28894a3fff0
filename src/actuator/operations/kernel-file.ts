// Files of the kernel that hold one value: reading it, and writing another one.
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { KvminfoError } from '../../errors.ts'
import { decimal } from '../../sources/decimal.ts'
import { WholeFile } from '../../sources/whole-file.ts'

const file = new WholeFile()

/** Throws Node's own error. */
export function readWord(path: string): string {
  return file.ascii(path).trim()
}

/** Throws Node's own error, or one that says that there is no number. */
export function readNumber(path: string): number {
  const value = decimal(readWord(path))
  if (value === undefined) throw new KvminfoError('SOURCE_MALFORMED', `${path} does not contain a number`)
  return value
}

// The file must exist: nothing is created.
const flag = constants.O_WRONLY | constants.O_TRUNC

export function writeValue(path: string, value: number | string): void {
  try {
    const fd = openSync(path, flag)
    try {
      writeSync(fd, `${value}\n`)
    } finally {
      closeSync(fd)
    }
  } catch (cause) {
    throw notWritten(path, value, cause)
  }
}

/** For what may take the kernel seconds: another thread waits, so that leases are still watched. */
export async function writeSlowValue(path: string, value: number | string): Promise<void> {
  try {
    await writeFile(path, `${value}\n`, { flag })
  } catch (cause) {
    throw notWritten(path, value, cause)
  }
}

function notWritten(path: string, value: number | string, cause: unknown): Error {
  const { code = '' } = cause as NodeJS.ErrnoException
  const advice = ['EACCES', 'EPERM', 'EROFS'].includes(code)
    ? '; this user may not write it: deploy/systemd/README.md says how it gets the right'
    : ''
  return new KvminfoError('CHANGE_FAILED', `cannot write ${value} to ${path}: ${code}${advice}`, { cause })
}
