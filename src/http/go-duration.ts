// Durations as Go writes them (`1s`, `100ms`, `1m30s`), because the web configuration file comes from programs in Go.

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}
const part = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/y

/** In milliseconds; undefined if the text is not a duration. The only valid number without a unit is 0. */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') return 0
  let total = 0
  part.lastIndex = 0
  let end = 0
  while (end < text.length) {
    const match = part.exec(text)
    if (match === null) return undefined
    total += Number(match[1]) * unitMs[match[2]!]!
    end = part.lastIndex
  }
  return text === '' ? undefined : total
}
