// Parses numbers as the kernel prints them.

const zero = 48
const lowerA = 97

/**
 * An unsigned decimal number; undefined if the text is not one. Above 2^53 the result is rounded.
 * A loop over the digits, because a large scrape reads 100,000 numbers and a regular expression takes several times as
 * long.
 */
export function decimal(text: string | undefined): number | undefined {
  return text === undefined ? undefined : decimalBetween(text, 0, text.length)
}

/** The same for the part of a text from `start` up to `end`. */
export function decimalBetween(text: string, start: number, end: number): number | undefined {
  if (end <= start || end - start > 20) return undefined
  let value = 0
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - zero
    // NaN beyond the end of the text is not a digit either.
    if (!(digit >= 0 && digit <= 9)) return undefined
    value = value * 10 + digit
  }
  return value
}

/** A hexadecimal number in lower case, without 0x; undefined if the part of the text is not one or has more than 13 digits. */
export function hexadecimalBetween(text: string, start: number, end: number): number | undefined {
  if (end <= start || end - start > 13) return undefined
  let value = 0
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    const digit = code >= lowerA && code <= lowerA + 5 ? code - lowerA + 10 : code - zero
    if (!(digit >= 0 && digit <= 15) || (code > zero + 9 && code < lowerA)) return undefined
    value = value * 16 + digit
  }
  return value
}
