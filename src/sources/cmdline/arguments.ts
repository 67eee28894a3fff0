// The bytes of /proc/<pid>/cmdline as QEMU's options, where the process is a QEMU.
import { basename } from 'node:path'
import { valueless } from './valueless.ts'

export interface Arguments {
  readonly program: string
  /** Values by option name without dashes, in the order given; '' for one without a value. */
  readonly options: ReadonlyMap<string, readonly string[]>
  /** All of them in the order given. */
  readonly inOrder: readonly Argument[]
}

export interface Argument {
  readonly name: string
  readonly value: string
}

const qemu = /^(qemu-system-.*|qemu-kvm|kvm)$/

/** undefined where the program is no QEMU. A VM's name may hold any bytes: what is no UTF-8 becomes U+FFFD. */
export function parseArguments(cmdline: Buffer): Arguments | undefined {
  const nul = cmdline.indexOf(0)
  const program = basename(cmdline.toString('utf8', 0, nul === -1 ? cmdline.length : nul))
  if (!qemu.test(program)) return undefined
  const words = cmdline.toString('utf8').split('\0')
  if (words.at(-1) === '') words.pop()
  const inOrder: Argument[] = []
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!
    // A word on its own is the image of the first disk (vl.c, qemu_init).
    if (!word.startsWith('-')) inOrder.push({ name: 'hda', value: word })
    else {
      const name = word.replace(/^--?/, '')
      const next = words[at + 1]
      // An option that a later QEMU has without a value must not take the next option from us.
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
