// Decodes thread names of /proc/taskinfo: blanks, backslashes and everything but printable ASCII are written as \xHH, an
// empty name as `-`, and the name `-` as `\x2d`.
import { memoized } from '../memoized.ts'

export function unescapeComm(escaped: string): string {
  if (escaped === '-') return ''
  return escaped.includes('\\') ? unescaped(escaped) : escaped
}

/** A host has few different names, each on many threads (`CPU 0/KVM` on every VM). The limit is for hostile names. */
const unescaped = memoized(4096, (escaped) => {
  const bytes = escaped.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
})
