// Parses the bytes of /proc/<pid>/cmdline into QEMU's options, if the process is a QEMU.
import { basename } from 'node:path'
import { valueless } from './valueless.ts'

export interface Arguments {
  readonly program: string
  /** Values by option name without dashes, in the order given; '' for an option without a value. */
  readonly options: ReadonlyMap<string, readonly string[]>
  /** All options in the order given. */
  readonly inOrder: readonly Argument[]
}

export interface Argument {
  readonly name: string
  readonly value: string
}

const qemu = /^(qemu-system-.*|qemu-kvm|kvm)$/

/** undefined if the program is not a QEMU. A VM's name may contain any bytes: invalid UTF-8 becomes U+FFFD. */
export function parseArguments(cmdline: Buffer): Arguments | undefined {
  const nul = cmdline.indexOf(0)
  const program = basename(cmdline.toString('utf8', 0, nul === -1 ? cmdline.length : nul))
  if (!qemu.test(program)) return undefined
  const words = cmdline.toString('utf8').split('\0')
  if (words.at(-1) === '') words.pop()
  const inOrder: Argument[] = []
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!
    // A word that belongs to no option is the image of the first disk (vl.c, qemu_init).
    if (!word.startsWith('-')) inOrder.push({ name: 'hda', value: word })
    else {
      const name = word.replace(/^--?/, '')
      const next = words[at + 1]
      // A later QEMU may have options without a value that this list lacks. They must not swallow the next option.
      const hasValue = !valueless.has(name) && next !== undefined && !next.startsWith('-')
      inOrder.push({ name, value: hasValue ? next : '' })
      if (hasValue) at++
    }
  }
  const options = new Map<string, string[]>()
  for (const { name, value } of inOrder) {
    const values = options.get(name)
    if (values === undefined) options.set(name, [value])
    else values.push(value)
  }
  return { program, options, inOrder }
}
