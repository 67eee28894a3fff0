// The parts of a plan about huge pages that several actions have.
import type {
  HugePagesOperation,
  TransparentHugePages,
  TransparentHugePagesOperation,
} from '../../actuator/protocol.ts'
import { hostOwner, type Owner } from '../../sources/host-owners.ts'
import { type HugePageRoom, hugePageBytes, spread } from '../target/huge-page-room.ts'
import type { Change, PlanInput, Precondition } from './action.ts'
import { sizeText } from './size-text.ts'

const thpFile = '/sys/kernel/mm/transparent_hugepage/enabled'

export type HugePageOperation = HugePagesOperation | TransparentHugePagesOperation

/** never → madvise: QEMU asks for huge pages for the memory of its guest. undefined if that is not needed. */
export async function offered({ read }: PlanInput): Promise<TransparentHugePagesOperation | undefined> {
  const question: TransparentHugePagesOperation = {
    kind: 'transparent-huge-pages',
    from: 'never',
    to: 'madvise',
  }
  return ((await read(question)) as TransparentHugePages) === 'never' ? question : undefined
}

/** Makes the pools larger by so many pages, of which there must be room. */
export async function grown(
  { read }: PlanInput,
  room: HugePageRoom,
  pages: number,
): Promise<HugePagesOperation[]> {
  const operations: HugePagesOperation[] = []
  for (const { node, pages: now, more } of spread(room.pools, pages)) {
    const from = (await read({ kind: 'huge-pages', node, from: now, to: now })) as number
    operations.push({ kind: 'huge-pages', node, from, to: from + more })
  }
  return operations
}

export function changeOf(operation: HugePageOperation): Change {
  if (operation.kind === 'transparent-huge-pages')
    return { what: thpFile, now: operation.from, next: operation.to }
  const { node, from, to } = operation
  return {
    what: node === null ? 'pool of 2 MiB pages' : `pool of 2 MiB pages on node ${node}`,
    now: pagesText(from),
    next: pagesText(to),
  }
}

export const pagesText = (pages: number): string => `${pages} (${sizeText(pages * hugePageBytes)})`

export function commandsOf(operation: HugePageOperation): string[] {
  if (operation.kind === 'transparent-huge-pages') return [`echo ${operation.to} > ${thpFile}`]
  const { node, to } = operation
  const folder = node === null ? '/sys/kernel/mm/hugepages' : `/sys/devices/system/node/node${node}/hugepages`
  const file = `${folder}/hugepages-2048kB/nr_hugepages`
  return [`echo ${to} > ${file}`, `cat ${file}`]
}

/** Who manages one of the knobs; undefined if nobody does. */
export function ownerOf(
  operations: readonly HugePageOperation[],
  { procfs, sysfs, sample }: PlanInput,
): Owner | undefined {
  const now = (sample.hugePages ?? [])
    .filter(({ pageBytes }) => pageBytes === hugePageBytes)
    .reduce((sum, { total }) => sum + total, 0)
  const more = operations.reduce((sum, one) => sum + (one.kind === 'huge-pages' ? one.to - one.from : 0), 0)
  return operations
    .map((operation) =>
      operation.kind === 'huge-pages'
        ? hostOwner({ knob: 'huge-pages', pages: now + more }, { procfs, sysfs })
        : hostOwner({ knob: 'transparent-huge-pages', value: operation.to }, { procfs, sysfs }),
    )
    .find((owner) => owner !== undefined)
}

export function roomPrecondition({ room, memory }: HugePageRoom, pages: number): Precondition {
  return {
    text: `a tenth of the memory of the host and of each node stays available beside ${pagesText(pages)} more huge pages`,
    holds: pages <= room,
    seen: `${sizeText(memory.available)} of ${sizeText(memory.total)} are available, which has room for ${room}`,
  }
}
