// Parses numbers as the kernel prints them.

const zero = 48

/**
 * An unsigned decimal number; undefined if the text is not one. Above 2^53 the result is rounded.
 * A loop over the digits, because a large scrape reads 100,000 numbers and a regular expression takes several times as
 * long.
 */
export function decimal(text: string | undefined): number | undefined {
  if (text === undefined || text.length === 0 || text.length > 20) return undefined
  let value = 0
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - zero
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return value
}
