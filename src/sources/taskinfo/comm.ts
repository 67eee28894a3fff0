// Thread names as /proc/taskinfo writes them: blank, backslash and all but printable ASCII as \xHH; `-` for an empty one,
// `\x2d` for one that is `-`.

// A host has few different names, each on many threads (`CPU 0/KVM` on every VM); the bound is for hostile ones.
const cached = new Map<string, string>()
const maxCached = 4096

export function unescapeComm(escaped: string): string {
  if (escaped === '-') return ''
  if (!escaped.includes('\\')) return escaped
  const known = cached.get(escaped)
  if (known !== undefined) return known
  const bytes = escaped.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  const comm = Buffer.from(bytes, 'latin1').toString('utf8')
  if (cached.size >= maxCached) cached.clear()
  cached.set(escaped, comm)
  return comm
}
