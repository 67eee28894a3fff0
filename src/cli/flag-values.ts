// The kinds of value that flags take, each from its text or a refusal that says what would be right.
import { statSync } from 'node:fs'
import { KvminfoError } from '../errors.ts'

function refuse(text: string, wanted: string): never {
  throw new KvminfoError('CONFIG_INVALID', `'${text}' is not ${wanted}`)
}

export function oneOf<Name extends string>(names: readonly Name[]): (text: string) => Name {
  return (text) => names.find((name) => name === text) ?? refuse(text, `one of ${names.join(', ')}`)
}

export function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : refuse(text, 'a whole number')
}

export function directory(text: string): string {
  const isDirectory = statSync(text, { throwIfNoEntry: false })?.isDirectory() ?? false
  return isDirectory ? text : refuse(text, 'a directory on this host')
}

export function nonEmpty(text: string): string {
  return text === '' ? refuse(text, 'a file name') : text
}

/**
 * Plain segments only: the router would take other characters as a pattern, and clients take out `.` and `..`. Not the
 * product's own paths, which it would hide; the router tells no capitals from small letters.
 */
export function urlPath(text: string): string {
  if (!/^(\/(?!\.{1,2}(\/|$))[\w.~-]+)+$/.test(text)) refuse(text, 'a path such as /metrics')
  return /^\/(-|api|page)(\/|$)/i.test(text)
    ? refuse(text, "free: what is under /-, /api and /page is the program's own")
    : text
}
