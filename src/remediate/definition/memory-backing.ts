// What puts the memory of a VM into a pool of huge pages. A string says why it cannot be done.
import { type Definition, type Edit, insertionAfter } from './edit.ts'

/** With their size, because the pool of the host's default size may be another one. */
const hugePages = "<hugepages><page size='2048' unit='KiB'/></hugepages>"

export function onHugePages(definition: Definition): readonly Edit[] | string {
  const { domain, xml } = definition
  const backing = domain.first('memoryBacking')
  if (backing === undefined) {
    const before = domain.first('currentMemory') ?? domain.first('memory')
    if (before === undefined) return 'the definition does not say how much memory the VM has'
    return [insertionAfter(definition, before, `<memoryBacking>${hugePages}</memoryBacking>`)]
  }
  if (backing.first('hugepages') !== undefined)
    return 'the definition has <hugepages/> already: it takes effect when the VM starts next'
  const isFile = backing.first('source')?.attributes.get('type') === 'file'
  if (isFile) return 'its memory is in a file (<source type="file"/> of <memoryBacking>)'
  const { start, end, tagEnd } = backing
  if (xml.slice(start, tagEnd).endsWith('/>'))
    return [{ start, end, text: `<memoryBacking>${hugePages}</memoryBacking>` }]
  return [{ start: tagEnd, end: tagEnd, text: hugePages }]
}
