// The argument of one QEMU option, in either of its two spellings: `driver=qcow2,cache.direct=on` or
// `{"driver":"qcow2","cache":{"direct":true}}`. Both are read under the same keys: `cache.direct`.
import { type Budget, maxItems, maxJsonBytes } from './budget.ts'

export interface Option {
  /** The value at a dotted key. true and false of JSON are `on` and `off`. */
  get(key: string): string | undefined
  /** What `file.…` says about a node that is written inside another one, or the name of a node that is not. */
  below(key: string): Option | string | undefined
}

/** `key=value` pairs. An inner option shares the pairs of the outer one and has a prefix. */
export class PairsOption implements Option {
  readonly #pairs: Map<string, string>
  readonly #prefix: string

  constructor(pairs: Map<string, string>, prefix = '') {
    this.#pairs = pairs
    this.#prefix = prefix
  }

  get(key: string): string | undefined {
    return this.#pairs.get(this.#prefix + key)
  }

  set(key: string, value: string): void {
    this.#pairs.set(this.#prefix + key, value)
  }

  below(key: string): Option | string | undefined {
    const name = this.get(key)
    if (name !== undefined) return name
    const inner = new PairsOption(this.#pairs, `${this.#prefix}${key}.`)
    return inner.get('driver') === undefined ? undefined : inner
  }
}

/** A JSON object. It is walked key by key: joining the keys would cost the product of their lengths and number. */
class JsonOption implements Option {
  readonly #object: object

  constructor(object: object) {
    this.#object = object
  }

  get(key: string): string | undefined {
    let value: unknown = this.#object
    for (const part of key.split('.')) value = own(value, part)
    if (typeof value === 'boolean') return value ? 'on' : 'off'
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }

  below(key: string): Option | string | undefined {
    const value = own(this.#object, key)
    return typeof value === 'object' && value !== null ? new JsonOption(value) : this.get(key)
  }
}

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined

/**
 * `virtio-blk-pci,drive=a,id=b` (a doubled comma is a comma). `impliedKey` is the key of a first item without `=`.
 */
export function parsePairs(text: string, impliedKey: string, budget: Budget): Map<string, string> {
  budget.spend(text.length)
  const pairs = new Map<string, string>()
  const items = splitItems(text)
  budget.limit(items.length, maxItems, 'items in one option')
  for (const [index, item] of items.entries()) {
    const equals = item.indexOf('=')
    if (equals !== -1) pairs.set(item.slice(0, equals), item.slice(equals + 1))
    else if (index === 0) pairs.set(impliedKey, item)
    // The short form of a boolean: `server` for `server=on`, `nowait` for `wait=off`.
    else if (item.startsWith('no')) pairs.set(item.slice(2), 'off')
    else pairs.set(item, 'on')
  }
  return pairs
}

/** A JSON object; one that is not valid says nothing about the VM. */
export function parseJson(text: string, budget: Budget): Option {
  budget.spend(text.length)
  budget.limit(text.length, maxJsonBytes, 'bytes of JSON in one option')
  try {
    return new JsonOption(JSON.parse(text) as object)
  } catch {
    return new JsonOption({})
  }
}

/** An argument cannot contain NUL, so NUL marks the doubled commas while the items are split. */
function splitItems(text: string): string[] {
  return text
    .replaceAll(',,', '\0')
    .split(',')
    .map((item) => item.replaceAll('\0', ','))
}

/** A boolean as QEMU reads it (qapi_bool_parse); undefined if it is absent or none. */
export function parseBoolean(text: string | undefined): boolean | undefined {
  if (text === 'on' || text === 'yes' || text === 'true' || text === 'y') return true
  if (text === 'off' || text === 'no' || text === 'false' || text === 'n') return false
  return undefined
}
