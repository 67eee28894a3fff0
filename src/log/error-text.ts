// Turns an error into one log value: its message and the messages of its causes. Only errors that nobody raised or expected
// get a stack, because only those are bugs.
import { KvminfoError, systemReason } from '../errors.ts'

/** A longer chain of causes is a loop, or does not help the reader. */
const maxCauses = 8

function isSystemError(error: Error): error is NodeJS.ErrnoException {
  return 'errno' in error
}

/** Whether the message above already contains this cause: its text, or the code of a system error, such as ENOENT. */
function isRepeated(error: Error, above: string | undefined): boolean {
  if (above === undefined) return false
  const code = isSystemError(error) ? error.code : undefined
  return above.includes(systemReason(error)) || (code !== undefined && above.includes(code))
}

/** What JSON.parse, SQLite and other libraries throw about their input is expected where a KvminfoError wraps it. */
function isBug(error: Error, above: unknown): boolean {
  if (error instanceof KvminfoError || isSystemError(error)) return false
  const isMistake = error instanceof TypeError || error instanceof ReferenceError
  return isMistake || !(above instanceof KvminfoError)
}

/** `message: message of the cause: …`, possibly with stacks, which contain newlines. */
export function errorText(error: unknown): string {
  const parts: string[] = []
  let above: unknown
  let current = error
  while (current !== undefined && parts.length < maxCauses) {
    if (!(current instanceof Error)) {
      parts.push(String(current))
      break
    }
    if (isRepeated(current, parts.at(-1))) break
    if (isBug(current, above)) parts.push(current.stack ?? current.message)
    // Without a message above it, nothing else names the path.
    else parts.push(above === undefined ? current.message : systemReason(current))
    above = current
    current = current.cause
  }
  return parts.join(': ')
}
