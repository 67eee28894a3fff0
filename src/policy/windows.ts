// When a change may be made without asking: `Mon-Fri 22:00-06:00 Europe/Berlin`. A window that ends before it begins lasts
// past midnight and belongs to the day on which it begins.

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const

export interface TimeWindow {
  /** 0 is Monday. */
  readonly days: ReadonlySet<number>
  /** Minutes since midnight; `to` is exclusive and may be 1440. */
  readonly from: number
  readonly to: number
  readonly timeZone: string
}

const form =
  /^(?:([A-Z][a-z]{2})(?:-([A-Z][a-z]{2}))? )?(\d{2}):(\d{2})-(\d{2}):(\d{2}) ([A-Za-z0-9_+/-]{1,60})$/
const wanted = 'must look like "Mon-Fri 22:00-06:00 Europe/Berlin" or "22:00-06:00 UTC"'

/** The window, or what is wrong with the text. */
export function parseWindow(text: string): TimeWindow | string {
  const match = form.exec(text)
  if (match === null) return wanted
  const [, first, last, ...rest] = match
  const [fromHour, fromMinute, toHour, toMinute] = rest.slice(0, 4).map(Number) as [
    number,
    number,
    number,
    number,
  ]
  const timeZone = rest[4]!
  const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute]
  if (fromMinute > 59 || toMinute > 59 || from >= 1440 || to > 1440 || from === to) return wanted
  const chosen = daysOf(first, last)
  if (chosen === undefined) return `days are ${days.join(', ')}`
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    return 'this time zone is not known; use a name such as Europe/Berlin or UTC'
  }
  return { days: chosen, from, to, timeZone }
}

function daysOf(first: string | undefined, last: string | undefined): ReadonlySet<number> | undefined {
  if (first === undefined) return new Set(days.keys())
  const [from, to] = [days.indexOf(first as 'Mon'), days.indexOf((last ?? first) as 'Mon')]
  if (from < 0 || to < 0) return undefined
  const count = ((to - from + 7) % 7) + 1
  return new Set(Array.from({ length: count }, (_, index) => (from + index) % 7))
}

/** As it would be written in the policy. */
export function windowText({ days: chosen, from, to, timeZone }: TimeWindow): string {
  const time = (minutes: number): string =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  const span = `${time(from)}-${time(to)} ${timeZone}`
  if (chosen.size === days.length) return span
  // A set keeps the order in which the days were named, so a window over the weekend reads Fri-Mon.
  const named = [...chosen].map((day) => days[day]!)
  return `${named.length === 1 ? named[0] : `${named[0]}-${named.at(-1)}`} ${span}`
}

/** `at`: milliseconds since the epoch. Without any window, always. */
export function isWithin(windows: readonly TimeWindow[], at: number): boolean {
  return windows.length === 0 || windows.some((window) => contains(window, at))
}

function contains({ days: chosen, from, to, timeZone }: TimeWindow, at: number): boolean {
  const { day, minute } = localTime(at, timeZone)
  if (from < to) return chosen.has(day) && minute >= from && minute < to
  return (chosen.has(day) && minute >= from) || (chosen.has((day + 6) % 7) && minute < to)
}

function localTime(at: number, timeZone: string): { day: number; minute: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at)
  const part = (type: string): string => parts.find((one) => one.type === type)!.value
  return {
    day: days.indexOf(part('weekday') as 'Mon'),
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  }
}
