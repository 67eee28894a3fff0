// Gives memory of the balloon back to the guest, or takes some (thesis, 5.2.2).
import type { BalloonOperation } from '../../actuator/protocol.ts'
import { KvminfoError } from '../../errors.ts'
import { leastGuestKib } from '../../policy/guest-memory.ts'
import { leavesReserve } from '../../policy/memory-reserve.ts'
import { hostMemory } from '../../sources/meminfo/available.ts'
import { devicesOf, parseDomain } from '../definition/edit.ts'
import { parseBalloonStatistics } from '../target/balloon-statistics.ts'
import { balloonCommands } from '../target/manager-commands.ts'
import { managerOf, manages } from '../target/owner.ts'
import { type Action, noOwner, type Plan, type PlanInput, type Precondition, type Refusal } from './action.ts'
import { vmRuns } from './running-vm.ts'
import { sizeText } from './size-text.ts'

/** One run takes this share of the VM's memory. */
const inflateShare = 0.05

/** What the guest must be able to use after memory was taken, as a share of what it is left. */
const usableShare = 0.15

const freshSeconds = 120

export const balloon: Action = {
  names: ['balloon-deflate', 'balloon-inflate'],

  async plan(input): Promise<Plan | Refusal> {
    const { action, vm, identity } = input
    if (vm === undefined || identity === undefined)
      return { refused: 'a balloon is of a VM; the alert names none' }
    if (identity.uuid === null) return { refused: 'this VM has no UUID, so libvirt does not manage it' }
    const known = managerOf(vm, input.procfs, undefined)
    if (known?.manager === 'proxmox' || known?.manager === 'kubevirt')
      return { refused: `${known.name} manages this VM, without a libvirt that can be asked` }
    try {
      const { domain } = parseDomain((await input.readDomain(identity.uuid)).xml)
      const unfit = whyUnfit(domain)
      if (unfit !== undefined) return { refused: unfit }
      const manager = managerOf(vm, input.procfs, domain)
      const owner = manager !== undefined && manages(manager, action) ? manager : undefined
      const memory = Number(domain.first('memory')?.text)
      const question: BalloonOperation = { kind: 'balloon', vm: identity, from: 1, to: 1 }
      const from = (await input.read(question)) as number
      const isDeflate = action === 'balloon-deflate'
      const to = isDeflate ? memory : Math.max(from - Math.ceil(memory * inflateShare), leastGuestKib(memory))
      if (isDeflate ? to <= from : to >= from)
        return {
          refused: isDeflate
            ? 'the balloon keeps no memory from the guest'
            : `the guest has ${sizeText(from * 1024)}, and keeps at least ${sizeText(leastGuestKib(memory) * 1024)}`,
        }
      return {
        action,
        target: { vm: { ...identity, label: vm.label }, device: undefined },
        changes: [
          {
            what: 'memory of the guest',
            now: sizeText(from * 1024),
            next: sizeText(to * 1024),
          },
        ],
        operations: owner === undefined ? [{ ...question, from, to }] : [],
        takesEffect: 'live',
        isLeased: false,
        preconditions: isDeflate
          ? [vmRuns(vm), hostHasRoom(input, (to - from) * 1024)]
          : [vmRuns(vm), await guestHasRoom(input, identity.uuid, from, to)],
        risk: isDeflate ? 'low' : 'medium',
        owner: owner?.name ?? noOwner,
        measurement: {
          design: 'none',
          metric: 'none',
          text: 'not measured: whether the guest swaps less is not seen from outside; the balloon is read back after each step',
        },
        undo: 'the balloon gets its former size, in steps that the guest must follow',
        commands:
          owner === undefined
            ? [`virsh setmem ${identity.uuid} --size ${to}KiB --live`]
            : balloonCommands(owner, to),
        diff: undefined,
      }
    } catch (error) {
      if (error instanceof KvminfoError) return { refused: error.message }
      throw error
    }
  },
}

/** Why a balloon would have no effect, or a harmful one. The actuator checks the same. */
function whyUnfit(domain: ReturnType<typeof parseDomain>['domain']): string | undefined {
  const model = devicesOf({ domain }, 'memballoon')[0]?.attributes.get('model') ?? 'none'
  if (model === 'none') return 'the VM has no balloon'
  if (devicesOf({ domain }, 'hostdev').length > 0)
    return 'the VM has a device of the host, whose memory cannot move'
  return domain.first('memoryBacking')?.first('hugepages') === undefined
    ? undefined
    : 'the memory of the VM is in huge pages, which a balloon cannot give back'
}

function hostHasRoom({ procfs }: PlanInput, bytes: number): Precondition {
  const memory = hostMemory(procfs)
  const { total, available } = memory
  return {
    text: 'the host has the memory, and a tenth of its own stays available',
    holds: leavesReserve(memory, bytes),
    seen: `${sizeText(available)} of ${sizeText(total)} are available, ${sizeText(bytes)} are needed`,
  }
}

/** A guest whose needs nobody knows is left alone: it would swap. */
async function guestHasRoom(
  { sample, readMemory }: PlanInput,
  uuid: string,
  from: number,
  to: number,
): Promise<Precondition> {
  const statistics = parseBalloonStatistics(await readMemory(uuid))
  const age = statistics?.lastUpdate === undefined ? undefined : sample.at - statistics.lastUpdate
  const usable = statistics?.usableKib
  const isFresh = age !== undefined && age <= freshSeconds
  return {
    text: 'the guest has reported lately that it can do without the memory',
    holds: isFresh && usable !== undefined && usable - (from - to) >= usableShare * to,
    seen:
      age === undefined || usable === undefined
        ? `the guest reports nothing; run: virsh dommemstat ${uuid} --period 10 --live`
        : `${sizeText(usable * 1024)} were usable ${Math.round(age)} s ago`,
  }
}
