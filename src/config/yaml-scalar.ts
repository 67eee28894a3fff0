// Scalars of YAML as the programs in Go read them (yaml.v2, resolve.go and decode.go). There the reader of a value decides
// its type: `0` is the text "0" where a text is wanted. Unquoted yes, no, on, off, y and n are booleans, as in YAML 1.1.
import type { Scalar } from 'yaml'
import * as z from 'zod'

/** A scalar that is not null. */
export class YamlScalar {
  readonly text: string
  /** Quoted, a block of lines or tagged as a text: never a boolean or a number. */
  readonly #isOnlyText: boolean

  constructor(text: string, isOnlyText: boolean) {
    this.text = text
    this.#isOnlyText = isOnlyText
  }

  /** Undefined if this is no boolean. */
  asBoolean(): boolean | undefined {
    return this.#isOnlyText ? undefined : booleans.get(this.text)
  }

  /** Undefined if this is no number that fits into 64 bits. A fraction is cut off, as in Go. */
  asInteger(): number | undefined {
    const number = this.#isOnlyText ? Number.NaN : numberOf(this.text.replaceAll('_', ''))
    return Math.abs(number) < 2 ** 63 ? Math.trunc(number) : undefined
  }
}

const casesOf = (word: string): string[] => [word, word[0]!.toUpperCase() + word.slice(1), word.toUpperCase()]

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'yes', 'true', 'on'].flatMap(casesOf).map((text) => [text, true] as const),
  ...['n', 'no', 'false', 'off'].flatMap(casesOf).map((text) => [text, false] as const),
])

const nulls: ReadonlySet<string> = new Set(['', '~', ...casesOf('null')])

const decimal = /^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i
/** In Go, a leading zero makes a number octal. */
const octal = /^0o?([0-7]+)$/i
const otherBase = /^0(x[\da-f]+|b[01]+)$/i

/** NaN if the text is no number. */
function numberOf(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1
  const digits = text.replace(/^[-+]/, '')
  const [, octalDigits] = octal.exec(digits) ?? []
  if (octalDigits !== undefined) return sign * Number.parseInt(octalDigits, 8)
  if (otherBase.test(digits)) return sign * Number(digits)
  return decimal.test(text) ? Number(text) : Number.NaN
}

const textTag = 'tag:yaml.org,2002:str'

/** Of a scalar in a document that was parsed with the schema `failsafe`. */
export function readScalar(node: Scalar): YamlScalar | null {
  const text = String(node.value)
  const isOnlyText =
    node.tag === undefined
      ? node.type !== 'PLAIN'
      : node.tag === textTag || !node.tag.startsWith('tag:yaml.org,')
  return !isOnlyText && nulls.has(text) ? null : new YamlScalar(text, isOnlyText)
}

const scalar = z.custom<YamlScalar | null>((value) => value === null || value instanceof YamlScalar, {
  error: ({ input }) => (input === undefined ? 'missing' : 'must be a single value'),
})

/** Any scalar as it is written; null is the empty text. */
export const yamlText = scalar.transform((value) => value?.text ?? '')

/** `read` returns undefined for a value of another type. Null has the value `empty`. */
export function yamlValue<Value>(
  read: (value: YamlScalar) => Value | undefined,
  empty: Value,
  message: string,
) {
  return scalar.transform((value, context): Value => {
    const result = value === null ? empty : read(value)
    if (result !== undefined) return result
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
}

export const yamlBoolean = yamlValue(
  (value) => value.asBoolean(),
  false,
  'must be true or false (or yes, no, on, off), without quotes',
)

export const yamlInteger = yamlValue(
  (value) => value.asInteger(),
  0,
  'must be a whole number, without quotes',
)
