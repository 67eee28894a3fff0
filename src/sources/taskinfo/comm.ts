// Thread names as /proc/taskinfo writes them: blank, backslash and all but printable ASCII as \xHH; `-` for an empty one,
// `\x2d` for one that is `-`.
import { remembered } from '../remembered.ts'

export function unescapeComm(escaped: string): string {
  if (escaped === '-') return ''
  return escaped.includes('\\') ? unescaped(escaped) : escaped
}

/** A host has few different names, each on many threads (`CPU 0/KVM` on every VM); the bound is for hostile ones. */
const unescaped = remembered(4096, (escaped) => {
  const bytes = escaped.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
})
