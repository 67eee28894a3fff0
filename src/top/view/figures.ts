// Figures as text for a terminal: short, of a known width, and in ASCII, because that is what every terminal shows.

export const unknown = '-'

const isKnown = (value: number | null): value is number => value !== null && !Number.isNaN(value)

/** Such as 0.993, and never 1 for less than 1: near 1 the distance from 1 matters. */
export function ratio(value: number | null): string {
  if (!isKnown(value)) return unknown
  return value < 1 && value > 0.9995 ? '0.999' : value.toFixed(3)
}

/** A share of 0 to 1 (or more) in percent: 0.04, 3.7, 98.2, 412. */
export function percent(value: number | null): string {
  return isKnown(value) ? short(value * 100) : unknown
}

/** With many digits, for shares that are tiny: the CPU time of a task since it started. */
export function finePercent(value: number | null): string {
  if (!isKnown(value)) return unknown
  const shown = value * 100
  return shown === 0 || shown >= 10 ? short(shown) : shown < 0.00001 ? '<0.00001' : shown.toFixed(5)
}

/** A plain number of at most five characters: 0, 0.04, 3.70, 98.2, 41234. */
export function short(value: number): string {
  if (value === 0) return '0'
  if (value < 0.005) return '0.00'
  if (value < 9.995) return value.toFixed(2)
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0)
}

/** A rate with three digits and a prefix: 0.5, 42, 12.3k, 1.20M. */
export function rate(value: number | null): string {
  if (!isKnown(value)) return unknown
  return scaled(value, 1000, ['', 'k', 'M', 'G', 'T'])
}

/** Bytes with three digits and a binary prefix: 0, 820K, 5.18M, 3.03G. */
export function size(value: number | null): string {
  if (!isKnown(value)) return unknown
  return scaled(value / 1024, 1024, ['K', 'M', 'G', 'T', 'P'])
}

function scaled(value: number, base: number, prefixes: readonly string[]): string {
  if (value === 0) return '0'
  let at = 0
  let rest = value
  while (rest >= base * 0.9995 && at < prefixes.length - 1) {
    rest /= base
    at++
  }
  const digits = at === 0 ? (rest < 9.95 ? 1 : 0) : rest < 9.995 ? 2 : rest < 99.95 ? 1 : 0
  return `${rest.toFixed(digits)}${prefixes[at]}`
}

/** Seconds as `38 ms` or `1.25 s`. */
export function milliseconds(seconds: number | null): string {
  if (!isKnown(seconds)) return unknown
  const ms = seconds * 1000
  if (ms >= 9_999.5) return `${short(seconds)} s`
  return `${ms === 0 ? '0' : ms < 0.5 ? '<1' : ms.toFixed(0)} ms`
}

export function whole(value: number | null): string {
  return isKnown(value) ? String(Math.round(value)) : unknown
}

/** A duration as `51 d 15:56:32`. */
export function uptime(seconds: number): string {
  const part = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const days = Math.floor(seconds / 86_400)
  const clock = `${part((seconds % 86_400) / 3600)}:${part((seconds % 3600) / 60)}:${part(seconds % 60)}`
  return days > 0 ? `${days} d ${clock}` : clock
}

/** Local time as `2018-08-31 13:58:18`. */
export function dateTime(at: number): string {
  const date = new Date(at * 1000)
  const part = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())}`
  return `${day} ${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())}`
}
