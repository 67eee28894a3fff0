// One text for equal values, so that texts can be hashed and compared.

/**
 * JSON without spaces, the keys of objects in the order of their UTF-16 code units, properties that are undefined left
 * out. Throws a TypeError for what JSON cannot hold: NaN, infinite numbers, bigints, functions, undefined in an array.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  // Escapes lone surrogates, which UTF-8 cannot hold.
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
  }
  throw new TypeError(
    `JSON cannot hold ${typeof value === 'number' ? value : `a value of type ${typeof value}`}`,
  )
}
