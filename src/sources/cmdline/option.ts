// Parses the argument of one QEMU option, in either of its two spellings, into flat keys: `cache.direct` → `on`.
import type { Arguments } from './arguments.ts'

export type Option = ReadonlyMap<string, string>

/**
 * `virtio-blk-pci,drive=a,id=b` (a doubled comma is a comma). `impliedKey` is the key of a first item without `=`.
 */
export function parseOption(text: string, impliedKey: string): Option {
  const option = new Map<string, string>()
  for (const [index, item] of splitItems(text).entries()) {
    const equals = item.indexOf('=')
    if (equals !== -1) option.set(item.slice(0, equals), item.slice(equals + 1))
    else if (index === 0) option.set(impliedKey, item)
    // The short form of a boolean: `server` for `server=on`, `nowait` for `wait=off`.
    else if (item.startsWith('no')) option.set(item.slice(2), 'off')
    else option.set(item, 'on')
  }
  return option
}

/**
 * Also accepts JSON: `{"driver":"virtio-blk-pci",…}`. QEMU accepts JSON for -blockdev, -device, -netdev and -object
 * (since 6.0 at the earliest) and never for -drive, -machine, -name or -nic. true and false become `on` and `off`.
 */
export function parseJsonOrOption(text: string, impliedKey: string): Option {
  if (!text.startsWith('{')) return parseOption(text, impliedKey)
  const option = new Map<string, string>()
  const value = parseJson(text)
  if (value !== undefined) flatten(value, '', option)
  return option
}

/** For options that QEMU merges into one if they are given several times: the last value of each key counts. */
export function mergedOption({ inOrder }: Arguments, names: readonly string[], impliedKey: string): Option {
  return new Map(
    inOrder.flatMap(({ name, value }) => (names.includes(name) ? [...parseOption(value, impliedKey)] : [])),
  )
}

/** An argument cannot contain NUL, so NUL marks the doubled commas while the items are split. */
function splitItems(text: string): string[] {
  return text
    .replaceAll(',,', '\0')
    .split(',')
    .map((item) => item.replaceAll('\0', ','))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A command line can contain anything. Invalid JSON says nothing about the VM.
    return undefined
  }
}

/** QEMU's options are at most three levels deep. The depth is bounded because any user can choose any command line. */
const maxDepth = 8

function flatten(value: unknown, key: string, into: Map<string, string>, depth = 0): void {
  if (typeof value === 'boolean') into.set(key, value ? 'on' : 'off')
  else if (typeof value !== 'object') into.set(key, String(value))
  else if (value !== null && depth < maxDepth) {
    for (const [name, inner] of Object.entries(value))
      flatten(inner, key === '' ? name : `${key}.${name}`, into, depth + 1)
  }
}
