// Decodes thread names of /proc/taskinfo: blanks, backslashes and everything but printable ASCII are written as \xHH, an
// empty name as `-`, and the name `-` as `\x2d`.
import { memoized } from '../memoized.ts'

/** The decoded name from `start` up to `end`. */
export function commAt(bytes: Buffer, start: number, end: number): string {
  // A host has few different names. Comparing the bytes with a name that was decoded before costs a tenth of a call of
  // toString.
  let hash = end - start
  for (let at = start; at < end; at++) hash = (hash * 31 + bytes[at]!) & (slots - 1)
  const slot = lastNames[hash]
  if (slot !== undefined && isAt(slot.escaped, bytes, start, end)) return slot.comm
  const escaped = bytes.toString('latin1', start, end)
  const comm = unescapeComm(escaped)
  if (escaped.length <= maxKept) lastNames[hash] = { escaped, comm }
  return comm
}

const slots = 4096
/** A name of the kernel has at most 15 bytes, of which each may become four. */
const maxKept = 60
const lastNames: ({ readonly escaped: string; readonly comm: string } | undefined)[] = new Array(slots).fill(
  undefined,
)

function isAt(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false
  }
  return true
}

function unescapeComm(escaped: string): string {
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
