// Which memory the kernel backs with transparent huge pages.
import { join } from 'node:path'
import { KvminfoError } from '../../errors.ts'
import { chosenWord } from '../../sources/chosen-word.ts'
import type { TransparentHugePages, TransparentHugePagesOperation } from '../protocol.ts'
import { readWord, writeValue } from './kernel-file.ts'
import type { OperationKit } from './operation.ts'

const words: readonly TransparentHugePages[] = ['always', 'madvise', 'never']

export function transparentHugePages(sysfs: string): OperationKit<TransparentHugePagesOperation> {
  const path = join(sysfs, 'kernel/mm/transparent_hugepage/enabled')
  return {
    knob: () => 'transparent huge pages',
    encode: (value) => String(words.indexOf(value)),
    decode: (text) => (/^[012]$/.test(text) ? words[Number(text)] : undefined),
    problem: () => undefined,
    excess: ({ to }) =>
      to === 'madvise' ? undefined : `${to} concerns all programs of the host; only madvise is set`,
    needsLease: () => false,
    read() {
      const word = chosenWord(readWord(path))
      const value = words.find((one) => one === word)
      if (value === undefined)
        throw new KvminfoError('SOURCE_MALFORMED', `${path} marks none of ${words.join(', ')}`)
      return value
    },
    write: ({ to }) => writeValue(path, to),
  }
}
