// Durations as Go's time.ParseDuration reads them (`1s`, `100ms`, `1m30s`), because the web configuration file comes from
// programs in Go.

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  // The micro sign and the Greek letter.
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}
const number = String.raw`\d+(?:\.\d*)?|\.\d+`
const unit = 'ns|us|µs|μs|ms|s|m|h'
const whole = new RegExp(`^[-+]?(0|((${number})(${unit}))+)$`)
const part = new RegExp(`(${number})(${unit})`, 'g')
/** Go counts nanoseconds in 64 bits. */
const maxMs = 2 ** 63 / 1e6

/** In milliseconds; undefined if the text is not a duration. The only valid number without a unit is 0. */
export function parseGoDuration(text: string): number | undefined {
  if (!whole.test(text)) return undefined
  const parts = [...text.matchAll(part)].map(([, count, name]) => Number(count) * unitMs[name!]!)
  const total = parts.reduce((sum, ms) => sum + ms, 0)
  if (total > maxMs) return undefined
  return text.startsWith('-') ? -total : total
}
