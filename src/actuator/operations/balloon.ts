// The memory that the balloon of a VM leaves to its guest, KiB. virsh says that it is done also where the guest does not
// take part, so every step is read back, and the balloon is put back where the guest does not follow.
import { KvminfoError } from '../../errors.ts'
import type { Domains } from '../../libvirt/write.ts'
import { leastGuestKib } from '../../policy/guest-memory.ts'
import { attributeOf, childOf, parseDefinition, type Tree } from '../definition/tree.ts'
import { holdsWithin } from '../holds-within.ts'
import type { BalloonOperation } from '../protocol.ts'
import type { OperationKit } from './operation.ts'

export interface BalloonTimes {
  /** How long the guest may take for one step, milliseconds. */
  readonly stepMs: number
  /** For all steps. */
  readonly totalMs: number
  /** Between two looks. */
  readonly pollMs: number
}

export const balloonTimes: BalloonTimes = { stepMs: 15_000, totalMs: 90_000, pollMs: 500 }

/** No more than this share of the VM's memory moves at once, so that a guest can react. */
const stepShare = 0.05

export function balloon(
  domains: Domains,
  { stepMs, totalMs, pollMs }: BalloonTimes,
): OperationKit<BalloonOperation> {
  const live = async ({ vm }: BalloonOperation): Promise<Tree> =>
    parseDefinition(await domains.xml(vm.uuid!, 'live'))
  const current = async (operation: BalloonOperation): Promise<number> =>
    kibOf(await live(operation), 'currentMemory')
  const follows = async (operation: BalloonOperation, kib: number): Promise<boolean> => {
    await domains.setMemory(operation.vm.uuid!, kib)
    return holdsWithin(stepMs, pollMs, async () => (await current(operation)) === kib)
  }
  return {
    knob: () => 'balloon',
    encode: String,
    decode: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
    problem: () => undefined,
    async excess(operation) {
      const domain = await live(operation)
      const memory = kibOf(domain, 'memory')
      const { from, to } = operation
      const least = leastGuestKib(memory)
      if (to > memory) return `the VM has ${memory} KiB of memory, and cannot get ${to}`
      if (to < from && to < least) return `the guest keeps at least ${least} KiB`
      return balloonProblem(domain)
    },
    needsLease: () => false,
    read: current,
    async write(operation) {
      const { from, to } = operation
      const step = Math.ceil(kibOf(await live(operation), 'memory') * stepShare)
      const end = performance.now() + totalMs
      for (let at = await current(operation); at !== to; ) {
        at += Math.max(-step, Math.min(step, to - at))
        let failure: unknown
        const hasFollowed = await follows(operation, at).catch((error: unknown) => {
          failure = error
          return false
        })
        if (hasFollowed && performance.now() < end) continue
        await domains.setMemory(operation.vm.uuid!, from)
        if (failure !== undefined) throw failure
        throw new KvminfoError(
          'SOURCE_FAILED',
          `the guest did not follow to ${at} KiB in time; it may have no balloon driver. The balloon was set back to ${from} KiB`,
        )
      }
    },
  }
}

/** Why the balloon of the domain must not be used. */
function balloonProblem(domain: Tree): string | undefined {
  const devices = childOf(domain, 'devices')
  const model = attributeOf(devices && childOf(devices, 'memballoon'), 'model') ?? 'none'
  if (model === 'none') return 'the VM has no balloon'
  if (devices?.children.some(({ name }) => name === 'hostdev') === true)
    return 'the VM has a device of the host, whose memory cannot move'
  const backing = childOf(domain, 'memoryBacking')
  return backing !== undefined && childOf(backing, 'hugepages') !== undefined
    ? 'the memory of the VM is in huge pages, which a balloon cannot give back'
    : undefined
}

/** libvirt prints KiB. */
function kibOf(domain: Tree, name: string): number {
  const element = childOf(domain, name)
  const kib = attributeOf(element, 'unit') === 'KiB' ? Number(element?.text.trim()) : Number.NaN
  if (Number.isSafeInteger(kib) && kib > 0) return kib
  throw new KvminfoError('SOURCE_MALFORMED', `libvirt prints no <${name}> in KiB`)
}
