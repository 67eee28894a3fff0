// What a flag is. Commander, the help text and the README's table are all made from such values.
import { KvminfoError } from '../errors.ts'

export interface Flag<Value> {
  /** Without the dashes. */
  readonly name: string
  /** Such as `<path>`; undefined for a switch, which takes no value. */
  readonly argument: string | undefined
  /** As a user would type them. */
  readonly defaults: readonly string[]
  /** Given more than once, it means all of them. */
  readonly isRepeatable: boolean
  readonly description: string
  /** Of the texts given, or of the defaults. */
  readonly read: (texts: readonly string[]) => Value
}

function named<Value>(name: string, parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text)
    } catch (error) {
      if (!(error instanceof KvminfoError)) throw error
      throw new KvminfoError(error.code, `--${name}: ${error.message}`)
    }
  }
}

interface FlagWithValue<Value> {
  readonly name: string
  readonly argument: string
  readonly description: string
  readonly parse: (text: string) => Value
}

export function single<Value>(flag: FlagWithValue<Value> & { readonly default: string }): Flag<Value> {
  const parse = named(flag.name, flag.parse)
  return { ...flag, defaults: [flag.default], isRepeatable: false, read: (texts) => parse(texts.at(-1)!) }
}

export function optional<Value>(flag: FlagWithValue<Value>): Flag<Value | undefined> {
  const parse = named(flag.name, flag.parse)
  return {
    ...flag,
    defaults: [],
    isRepeatable: false,
    read: (texts) => (texts.length === 0 ? undefined : parse(texts.at(-1)!)),
  }
}

export function repeatable<Value>(
  flag: FlagWithValue<Value> & { readonly defaults: readonly string[] },
): Flag<readonly Value[]> {
  const parse = named(flag.name, flag.parse)
  return { ...flag, isRepeatable: true, read: (texts) => texts.map(parse) }
}

/** True where it is given. */
export function toggle(name: string, description: string): Flag<boolean> {
  return {
    name,
    argument: undefined,
    defaults: [],
    isRepeatable: false,
    description,
    read: (texts) => texts.length > 0,
  }
}
