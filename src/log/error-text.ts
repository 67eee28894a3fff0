// An error as one log value: its message and those of its causes. The stack only of errors that nobody raised
// on purpose, as only these are bugs.
import { KvminfoError } from '../errors.ts'

/** A chain of causes longer than this is a loop or of no help. */
const maxCauses = 8

function isSystemError(error: Error): error is NodeJS.ErrnoException {
  return 'errno' in error
}

/** A message made from the system's error often tells it already. */
function isTold(error: Error, parts: readonly string[]): boolean {
  return isSystemError(error) && error.code !== undefined && (parts.at(-1)?.includes(error.code) ?? false)
}

export function errorText(error: unknown): string {
  const parts: string[] = []
  let current = error
  while (current !== undefined && parts.length < maxCauses) {
    if (!(current instanceof Error)) {
      parts.push(String(current))
      break
    }
    if (isTold(current, parts)) break
    const isExpected = current instanceof KvminfoError || isSystemError(current)
    parts.push(isExpected ? current.message : (current.stack ?? current.message))
    current = current.cause
  }
  return parts.join(': ')
}
