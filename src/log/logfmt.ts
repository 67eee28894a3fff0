// One log record as one line of logfmt: `ts=… level=info msg="…" key=value`. A value can never start a new
// line, a new key or a terminal escape, whatever a VM is called.

/** Keys that lead the line, in this order; the others follow in the order of the record. */
const leading = ['ts', 'level', 'msg']

/** What stands unquoted: printable ASCII but blank, quote, `=` and backslash. */
const bare = /^[!#-<>-[\]-~]+$/

/**
 * What is written as an escape inside quotes: quote and backslash, C0 and C1 control characters, line and
 * paragraph separators, the marks that turn the direction of text, and halves of surrogate pairs.
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

/** Keys come from the code, not from outside; a slip there must not break the line either. */
function formatKey(key: string): string {
  return key.replace(/[^\w.-]/g, '_')
}

/** Without the newline. `paintLevel` may colour the level's word. */
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
