// Our configuration at the pace of a test: what an operator waits a quarter of an hour for comes within a minute.

/** All durations become this much shorter, so that they keep their proportions. */
const speed = 20

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** What stands before a duration: a key of the YAML, or of an expression a range, the step of one, an offset. */
const duration = /(?<=(?:\bfor|_for|_wait|_interval): |\[|\[\d+[smhd]:|\boffset )(\d+)([smhd])\b/g

/**
 * Rules or an Alertmanager's configuration, as text, with every duration shortened. Nothing else changes: names such
 * as `rate5m` stay, and so do all thresholds.
 */
export function quickened(text: string): string {
  return text.replaceAll(
    duration,
    (_, count: string, unit: string) => `${(Number(count) * secondsOf[unit]! * 1000) / speed}ms`,
  )
}
