// Formats a log record as one line of logfmt: `ts=… level=info msg="…" key=value`. No value can start a new line, a new
// key or a terminal escape, whatever name a VM has.

/** The keys at the start of the line. The others follow in the order of the record. */
const leading = ['ts', 'level', 'msg']

/** A value that needs no quotes: printable ASCII without space, double quote, `=` and backslash. */
const bare = /^[!#-<>-[\]-~]+$/

/**
 * The characters that are escaped inside quotes: double quote and backslash, C0 and C1 control characters, line and
 * paragraph separators, format characters such as the marks that change the direction of text, and unpaired surrogates.
 */
const special = /["\\\p{Cc}\p{Cf}\u2028\u2029\p{Cs}]/gu

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function escapeCharacter(character: string): string {
  const codePoint = character.codePointAt(0)!
  return shortEscapes[character] ?? `\\u{${codePoint.toString(16)}}`
}

function formatValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined')
  return bare.test(text) ? text : `"${text.replace(special, escapeCharacter)}"`
}

/** Keys come from the code and not from outside, but a mistake in the code must not break the line either. */
function formatKey(key: string): string {
  return key.replace(/[^\w.-]/g, '_')
}

/** Returns the line without the newline. `paintLevel` may add colour to the level. */
export function formatLogfmt(
  record: Readonly<Record<string, unknown>>,
  paintLevel: (level: string) => string = (level) => level,
): string {
  const keys = [
    ...leading.filter((key) => key in record),
    ...Object.keys(record).filter((key) => !leading.includes(key)),
  ]
  return keys
    .map((key) => {
      const value = formatValue(record[key])
      return `${formatKey(key)}=${key === 'level' ? paintLevel(value) : value}`
    })
    .join(' ')
}
