// What a flag is. Commander's options, the help and the README's table are all made from these values.
import { KvminfoError } from '../errors.ts'

export interface Flag<Value> {
  /** Without the leading dashes. */
  readonly name: string
  /** Such as `<path>`; undefined for a switch, which takes no value. Shown in help and README. */
  readonly argument: string | undefined
  /** As a user would type them. Empty if the flag has no default. */
  readonly defaults: readonly string[]
  /** True if all values count when the flag is given more than once; otherwise the last one counts. */
  readonly isRepeatable: boolean
  /** One or more sentences, in Markdown. */
  readonly description: string
  /** Turns the texts that the user gave, or the defaults, into the value. Throws CONFIG_INVALID. */
  readonly read: (texts: readonly string[]) => Value
}

/** Puts the name of the flag in front of the message of an error. */
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

/** A switch: true if the flag is given. */
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

/** The flags of a command, by the name of the option that each one sets. */
export type Flags = Readonly<Record<string, Flag<unknown>>>

export type FlagValues<Of extends Flags> = { readonly [Name in keyof Of]: ReturnType<Of[Name]['read']> }

/** `textsOf` returns what the user typed for the flag of that name: one text for each time, or undefined. */
export function readFlags<Of extends Flags>(
  flags: Of,
  textsOf: (name: string) => readonly string[] | undefined,
): FlagValues<Of> {
  const values = Object.entries(flags).map(([key, flag]) => [
    key,
    flag.read(textsOf(flag.name) ?? flag.defaults),
  ])
  return Object.fromEntries(values)
}
