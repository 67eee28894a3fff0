// Durations of the policy file: `30s`, `15m`, `1h30m`, `7d`.

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const whole = /^(?:\d+(?:ms|s|m|h|d))+$/
const part = /(\d+)(ms|s|m|h|d)/g

/** In milliseconds; undefined if it is no duration. A number alone is only 0. */
export function durationMs(value: string | number): number | undefined {
  if (value === 0 || value === '0') return 0
  if (typeof value === 'number' || value.length > 40 || !whole.test(value)) return undefined
  let total = 0
  for (const [, count, unit] of value.matchAll(part)) total += Number(count) * unitMs[unit!]!
  return Number.isSafeInteger(total) ? total : undefined
}

/** Such as `1 h 30 min`, `15 s`; for texts. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  const parts: string[] = []
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ]
  if (days > 0) parts.push(`${days} d`)
  if (hours > 0) parts.push(`${hours} h`)
  if (minutes > 0) parts.push(`${minutes} min`)
  if (seconds % 60 > 0) parts.push(`${seconds % 60} s`)
  return parts.slice(0, 2).join(' ') || '0 s'
}
