// One option argument of QEMU, in either of its two spellings, as flat keys: `cache.direct` → `on`.
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
 * The same, or `{"driver":"virtio-blk-pci",…}`, which QEMU takes for -blockdev, -device, -netdev and -object since 6.0
 * at the earliest, and never for -drive, -machine, -name or -nic. JSON's true and false become `on` and `off`.
 */
export function parseJsonOrOption(text: string, impliedKey: string): Option {
  if (!text.startsWith('{')) return parseOption(text, impliedKey)
  const option = new Map<string, string>()
  const value = parseJson(text)
  if (value !== undefined) flatten(value, '', option)
  return option
}

/** Options that QEMU takes for one however often they are given: of each key the last one counts. */
export function mergedOption({ inOrder }: Arguments, names: readonly string[], impliedKey: string): Option {
  return new Map(
    inOrder.flatMap(({ name, value }) => (names.includes(name) ? [...parseOption(value, impliedKey)] : [])),
  )
}

/** NUL cannot be part of an argument, so it can stand for the doubled comma meanwhile. */
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
    // A command line can hold anything; what cannot be read says nothing about the VM.
    return undefined
  }
}

/** Options are three deep at most. Depth is bounded, as anybody can start a process with any command line. */
const maxDepth = 8

function flatten(value: unknown, key: string, into: Map<string, string>, depth = 0): void {
  if (typeof value === 'boolean') into.set(key, value ? 'on' : 'off')
  else if (typeof value !== 'object') into.set(key, String(value))
  else if (value !== null && depth < maxDepth) {
    for (const [name, inner] of Object.entries(value))
      flatten(inner, key === '' ? name : `${key}.${name}`, into, depth + 1)
  }
}
