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

/** In seconds since the Unix epoch. A date without a zone is in UTC. */
export function time(text: string): number {
  if (/^\d{9,10}$/.test(text)) return Number(text)
  const isDate = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)
  const isZoned = text.length <= 10 || /(Z|[+-]\d\d:\d\d)$/.test(text.slice(10))
  const ms = isDate ? Date.parse(isZoned ? text : `${text}Z`) : Number.NaN
  return Number.isNaN(ms)
    ? refuse(text, 'is not a time such as 2026-11-01, 2026-11-01T08:00Z or 1793520000')
    : Math.floor(ms / 1000)
}

export function httpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    refuse(text, 'is not an address with http:// or https://')
  if (url.username !== '' || url.password !== '') {
    throw new KvminfoError(
      'CONFIG_INVALID',
      'the address contains a password, which other users see; give it by --http.basic-auth-file',
    )
  }
  if (url.search !== '' || url.hash !== '') refuse(text, 'has a query or a fragment; give the address alone')
  return url
}

/** A matcher of PromQL. The value must be quoted, and may not end the selector that it is put into. */
export function matcher(text: string): string {
  return /^[a-zA-Z_]\w*(=|!=|=~|!~)"(?:[^"\\\n]|\\.)*"$/.test(text)
    ? text
    : refuse(text, 'is not a matcher such as cluster="eu1", with the quotation marks')
}

export function labelName(text: string): string {
  return /^[a-zA-Z_]\w{0,99}$/.test(text) ? text : refuse(text, 'is not the name of a label')
}

/** Name and value of an HTTP header. */
export function header(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([!#$%&'*+.^`|~\w-]+):[ \t]*([\x20-\x7e\t]*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) refuse(text, 'is not a header such as X-Scope-OrgID: team-a')
  return /^(host|content-.*|accept-encoding|connection|transfer-encoding)$/i.test(name)
    ? refuse(text, 'is a header that the program sets itself')
    : [name, value.trimEnd()]
}
