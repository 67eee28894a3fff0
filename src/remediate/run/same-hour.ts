// The hour of later days around the time of day at which something was measured: from half an hour before it until half an
// hour after it. Times are milliseconds since the Unix epoch. Summer time moves the hour for a day.

const dayMs = 86_400_000

export const sameHourMs = 3_600_000

/** Since that hour has begun last. */
const sinceHour = (at: number, now: number): number => (((now - at + sameHourMs / 2) % dayMs) + dayMs) % dayMs

export const isSameHour = (at: number, now: number): boolean => sinceHour(at, now) < sameHourMs

/** Milliseconds until the next such hour begins, also in the middle of one. */
export const msUntilSameHour = (at: number, now: number): number => dayMs - sinceHour(at, now)
