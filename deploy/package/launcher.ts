// /usr/bin/kvminfo: the program on the packaged Node, with the limits of the heap that main.ts has in its first line.
import { programDirectory } from './names.ts'
import { readSource } from './sources.ts'
import { PackageError } from './step.ts'

/** The `NAME=value` pairs and Node's flags in the first line of main.ts, or in another such line. */
export function heapLimits(firstLine = readSource('src/cli/main.ts').split('\n', 1)[0]!): {
  readonly environment: string[]
  readonly flags: string[]
} {
  const words = /^#!\/usr\/bin\/env -S (.+)$/.exec(firstLine)?.[1]?.split(' ') ?? []
  const node = words.indexOf('node')
  if (node < 0) throw new PackageError(`the first line of src/cli/main.ts starts no node: '${firstLine}'`)
  return { environment: words.slice(0, node), flags: words.slice(node + 1) }
}

export function launcher(): string {
  const { environment, flags } = heapLimits()
  return [
    '#!/bin/sh',
    '# Generated from the first line of src/cli/main.ts, which says why the heap has these limits.',
    `export ${environment.join(' ')}`,
    `exec /${programDirectory}/bin/node ${flags.join(' ')} \\`,
    `\t/${programDirectory}/dist/cli/main.js "$@"`,
    '',
  ].join('\n')
}
