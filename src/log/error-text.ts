// Turns an error into one log value: its message and the messages of its causes. Only errors that nobody raised on
// purpose get a stack, because only those are bugs.
import { KvminfoError } from '../errors.ts'

/** A longer chain of causes is a loop, or does not help the reader. */
const maxCauses = 8

function isSystemError(error: Error): error is NodeJS.ErrnoException {
  return 'errno' in error
}

/** Whether the previous message already contains the code of this system error, such as ENOENT. */
function isRepeated(error: Error, parts: readonly string[]): boolean {
  return isSystemError(error) && error.code !== undefined && (parts.at(-1)?.includes(error.code) ?? false)
}

/** `message: message of the cause: …`, possibly with stacks, which contain newlines. */
export function errorText(error: unknown): string {
  const parts: string[] = []
  let current = error
  while (current !== undefined && parts.length < maxCauses) {
    if (!(current instanceof Error)) {
      parts.push(String(current))
      break
    }
    if (isRepeated(current, parts)) break
    const isExpected = current instanceof KvminfoError || isSystemError(current)
    parts.push(isExpected ? current.message : (current.stack ?? current.message))
    current = current.cause
  }
  return parts.join(': ')
}
