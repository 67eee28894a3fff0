// Figures as people read them.

/** With three significant digits below 1000. */
export function numberText(value: number): string {
  const size = Math.abs(value)
  if (size >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toFixed(size >= 10 ? 1 : 2)))
}

/** `0.2 to 0.4`, or `0.4` if both look the same. */
export function rangeText(low: number, high: number): string {
  const [first, last] = [numberText(low), numberText(high)]
  return first === last ? last : `${first} to ${last}`
}

export const percentText = (share: number): string => `${numberText(share * 100)} %`

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

export function bytesText(bytes: number): string {
  const exponent = Math.min(Math.floor(Math.log2(Math.max(Math.abs(bytes), 1)) / 10), units.length - 1)
  return `${numberText(bytes / 1024 ** exponent)} ${units[exponent]}`
}

/** Of an ISO time: `2026-11-27 15:00`. */
export const timeText = (iso: string): string => iso.slice(0, 16).replace('T', ' ')
export const dateText = (iso: string): string => iso.slice(0, 10)

export const daysText = (days: number): string =>
  days < 1 ? 'less than a day' : `${Math.round(days)} ${Math.round(days) === 1 ? 'day' : 'days'}`

/** `1 VM`, `2 VMs`. */
export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`
