// Formats figures for people. An unknown figure (null) is a dash.

export const unknown = '–'

/**
 * One locale for every browser, because people compare these figures with those of terminals and dashboards.
 * @type {Map<number, Intl.NumberFormat>}
 */
const formats = new Map()

/**
 * @param {number} value
 * @param {number} digits after the point
 */
function fixed(value, digits) {
  let format = formats.get(digits)
  if (format === undefined) {
    format = new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    formats.set(digits, format)
  }
  return format.format(value)
}

/**
 * Such as 1,234.
 * @param {number} value
 */
export const count = (value) => fixed(value, 0)

/**
 * A ratio such as 0.993: three digits, and never 1 for a value below 1.
 * @param {number | null} value
 */
export function ratio(value) {
  if (value === null) return unknown
  return value < 1 && value > 0.9995 ? '0.999' : fixed(value, 3)
}

/**
 * @param {number | null} value 0 to 1
 */
export function percent(value) {
  if (value === null) return unknown
  return `${fixed(value * 100, value < 0.0995 ? 1 : 0)} %`
}

/**
 * A plain number such as 0.41, for seconds per second and the like.
 * @param {number | null} value
 */
export function plain(value) {
  if (value === null) return unknown
  return fixed(value, value < 99.5 ? 2 : 0)
}

/**
 * A rate with three digits and a prefix, such as 12.3 k.
 * @param {number | null} value
 */
export function rate(value) {
  if (value === null) return unknown
  if (value < 9.95) return fixed(value, value === 0 ? 0 : 1)
  if (value < 9_995) return count(value)
  const [unit, prefix] =
    value < 999_500 ? /** @type {const} */ ([1e3, 'k']) : /** @type {const} */ ([1e6, 'M'])
  const scaled = value / unit
  return `${fixed(scaled, scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0)} ${prefix}`
}

const binaryPrefixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi']

/**
 * Such as 1.5 GiB.
 * @param {number | null} value
 */
export function bytes(value) {
  if (value === null) return unknown
  let scaled = value
  let place = 0
  while (scaled >= 1023.5 && place < binaryPrefixes.length - 1) {
    scaled /= 1024
    place++
  }
  const digits = scaled < 9.95 && !Number.isInteger(scaled) ? 1 : 0
  return `${fixed(scaled, digits)} ${binaryPrefixes[place]}B`
}

/**
 * Such as 3 d 4 h.
 * @param {number} seconds
 */
export function duration(seconds) {
  const minutes = Math.max(0, Math.floor(seconds / 60))
  const hours = Math.floor(minutes / 60)
  const days = Math.floor(hours / 24)
  if (days > 0) return both(`${days} d`, hours % 24, 'h')
  if (hours > 0) return both(`${hours} h`, minutes % 60, 'min')
  return minutes > 0 ? `${minutes} min` : `${Math.max(0, Math.floor(seconds))} s`
}

/**
 * A round duration has no second part: 1 h instead of 1 h 0 min.
 * @param {string} first
 * @param {number} rest
 * @param {string} unit
 */
function both(first, rest, unit) {
  return rest === 0 ? first : `${first} ${rest} ${unit}`
}

/**
 * Time of day such as 14:05:09.
 * @param {number} at seconds since the Unix epoch
 */
export function timeOfDay(at) {
  return new Date(at * 1000).toLocaleTimeString('en-GB')
}

/**
 * A number with its noun, such as 1 CPU or 1,024 CPUs.
 * @param {number} number
 * @param {string} one
 * @param {string} [many]
 */
export function counted(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`
}
