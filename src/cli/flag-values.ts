// The kinds of value that flags take. Each function returns the value of a text, or throws CONFIG_INVALID with a
// message that says which values are valid.
import { readFileSync, statSync } from 'node:fs'
import { KvminfoError } from '../errors.ts'
import { durationMs } from '../policy/duration.ts'

function refuse(text: string, problem: string): never {
  throw new KvminfoError('CONFIG_INVALID', `'${text}' ${problem}`)
}

export function oneOf<Name extends string>(names: readonly Name[]): (text: string) => Name {
  return (text) => names.find((name) => name === text) ?? refuse(text, `is not one of ${names.join(', ')}`)
}

export function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : refuse(text, 'is not a whole number from 0 to 999999999')
}

export function directory(text: string): string {
  const isDirectory = statSync(text, { throwIfNoEntry: false })?.isDirectory() ?? false
  return isDirectory ? text : refuse(text, 'is not a directory on this host')
}

export function nonEmpty(text: string): string {
  return text === '' ? refuse(text, 'is not a file name') : text
}

/**
 * Accepts plain segments only, because the router would read other characters as a pattern, and clients remove the
 * segments `.` and `..`. Refuses the product's own paths, which the metrics would hide; the check ignores case because
 * the router does.
 */
export function urlPath(text: string): string {
  if (!/^(\/(?!\.{1,2}(\/|$))[\w.~-]+)+$/.test(text)) {
    refuse(text, 'is not a path such as /metrics, made of letters, digits, ".", "_", "~" and "-"')
  }
  return /^\/(-|api|page)(\/|$)/i.test(text)
    ? refuse(text, 'is reserved: the exporter uses the paths below /-, /api and /page itself')
    : text
}

/** The uid of a user of this host's /etc/passwd, or the number itself. */
export function userId(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const user = lines.map((line) => line.split(':')).find(([name]) => name === text)
  const uid = text === '' ? undefined : user?.[2]
  return uid === undefined ? refuse(text, 'is not a user in /etc/passwd') : Number(uid)
}

/** In milliseconds. */
export function duration(text: string): number {
  const ms = durationMs(text)
  return ms === undefined || ms < 1_000
    ? refuse(text, 'is not a duration such as 30s, 15m or 1h30m, of at least one second')
    : ms
}

export function numberBetween(low: number, high: number): (text: string) => number {
  return (text) => {
    const number = /^[+-]?\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
    return number >= low && number <= high ? number : refuse(text, `is not a number from ${low} to ${high}`)
  }
}

export function wholeNumberBetween(low: number, high: number): (text: string) => number {
  return (text) => {
    const number = /^[+-]?\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    return number >= low && number <= high
      ? number
      : refuse(text, `is not a whole number from ${low} to ${high}`)
  }
}
