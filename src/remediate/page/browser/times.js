// Times of runs for people.

import { timeOfDay } from '../../../ui/browser/format.js'

/**
 * Seconds since the Unix epoch.
 * @param {string} iso
 */
export const seconds = (iso) => Date.parse(iso) / 1000

/**
 * The time of day, with the date if that is another day: `14:05:09` or `2026-11-26 14:05:09`.
 * @param {number} at seconds since the Unix epoch
 * @param {number} now seconds since the Unix epoch
 */
export function when(at, now) {
  const [day, today] = [at, now].map((time) => dayOf(time))
  return day === today ? timeOfDay(at) : `${day} ${timeOfDay(at)}`
}

/** @param {number} at */
function dayOf(at) {
  const date = new Date(at * 1000)
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
