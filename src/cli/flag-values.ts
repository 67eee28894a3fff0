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

/** Plain segments only: the router would take other characters as a pattern. `/-/` is for the health pages. */
export function urlPath(text: string): string {
  return /^(?!\/-\/)(\/[\w.~-]+)+$/.test(text) ? text : refuse(text, 'a path such as /metrics')
}
