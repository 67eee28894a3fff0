// Huge pages for a VM (thesis, 5.2.3). Transparent huge pages come first, because they need no restart. Where they are on
// already, a pool comes second, and once it has room for the VM, the definition that puts the VM's memory there.
import type { Vm } from '../../model/vm.ts'
import { type Backing, readBacking } from '../../sources/process/backing.ts'
import { onHugePages } from '../definition/memory-backing.ts'
import { hugePageMount } from '../target/huge-page-mount.ts'
import { hugePageBytes, hugePageRoom } from '../target/huge-page-room.ts'
import { hugePageCommands } from '../target/manager-commands.ts'
import { type Action, noOwner, type Plan, type PlanInput, type Precondition, type Refusal } from './action.ts'
import { planDefinitionChange } from './definition-change.ts'
import {
  changeOf,
  commandsOf,
  grown,
  offered,
  ownerOf,
  pagesText,
  roomPrecondition,
} from './huge-page-plan.ts'
import { sizeText } from './size-text.ts'

/** With this share of its memory in huge pages, a VM needs no more: kvminfo:hugepages_backed:threshold of the alerts. */
const enough = 0.5

export const hugepages: Action = {
  names: ['hugepages'],

  async plan(input): Promise<Plan | Refusal> {
    const { vm, identity, procfs, sysfs, sample } = input
    if (vm === undefined || identity === undefined)
      return { refused: 'huge pages are for a VM; the alert names none' }
    if ((sample.vmMemory?.get(vm.pid)?.hugetlbBytes ?? 0) > 0)
      return { refused: 'the VM has pages of a pool of huge pages already' }
    const transparent = await offered(input)
    const common = {
      action: 'hugepages',
      target: { vm: { ...identity, label: vm.label }, device: undefined },
      takesEffect: 'live',
      isLeased: false,
      diff: undefined,
    } as const
    if (transparent !== undefined) {
      const owner = ownerOf([transparent], input)
      return {
        ...common,
        changes: [changeOf(transparent)],
        operations: owner === undefined ? [transparent] : [],
        preconditions: [await smallPages(input, vm)],
        risk: 'low',
        owner: owner?.name ?? noOwner,
        measurement: {
          design: 'none',
          metric: 'none',
          text: `the counters cannot show its effect; AnonHugePages in /proc/${vm.pid}/smaps_rollup grows as the kernel collects the VM's pages into huge ones`,
        },
        undo: 'the file gets its former value back; what is in huge pages by then stays there',
        commands: owner?.commands ?? commandsOf(transparent),
      }
    }
    if (vm.memoryMaxBytes === undefined) return { refused: 'the size of the VM is not known' }
    const room = hugePageRoom(sample, procfs, sysfs)
    if (room.pools.length === 0) return { refused: 'this host has no pools of 2 MiB pages' }
    const needed = Math.ceil(vm.memoryMaxBytes / hugePageBytes)
    const missing = needed - room.free
    if (missing <= 0) return planBacking(input, vm, needed)
    if (missing > room.room)
      return {
        refused: `the VM needs ${pagesText(missing)} more huge pages, and the host has room for ${pagesText(room.room)} if a tenth of its memory is to stay available`,
      }
    const operations = await grown(input, room, missing)
    const owner = ownerOf(operations, input)
    return {
      ...common,
      changes: [
        ...operations.map(changeOf),
        {
          what: 'definition of the VM',
          now: 'as it is',
          next: 'unchanged: the next plan, once the pool is there, gives it <hugepages/>',
        },
      ],
      operations: owner === undefined ? operations : [],
      preconditions: [
        roomPrecondition(room, missing),
        ...conflicts(input, vm, missing),
        await smallPages(input, vm),
      ],
      risk: 'medium',
      owner: owner?.name ?? noOwner,
      measurement: {
        design: 'none',
        metric: 'none',
        text: 'the counters cannot show its effect; kvminfo_host_hugepages_free_bytes shows the pages',
      },
      undo: 'the pools get their former sizes back, if as many pages are free; pages that a VM uses are never taken',
      commands: owner?.commands ?? operations.flatMap(commandsOf),
    }
  },
}

/** The pool has the `needed` pages. */
function planBacking(input: PlanInput, vm: Vm, needed: number): Promise<Plan | Refusal> {
  return planDefinitionChange(input, {
    action: 'hugepages',
    device: undefined,
    changes: [{ what: 'memory of the VM', now: 'ordinary pages', next: 'a pool of 2 MiB pages' }],
    risk: 'medium',
    measurement: {
      design: 'none',
      metric: 'none',
      text: 'the counters cannot show its effect; once the VM has started, kvminfo_vm_memory_hugetlb_bytes shows its memory in the pool',
    },
    edit: onHugePages,
    async proof() {
      const { free } = hugePageRoom(input.sample, input.procfs, input.sysfs)
      const mount = hugePageMount(input.procfs)
      const preconditions = [
        {
          text: 'a hugetlbfs with pages of 2 MiB is mounted, from which QEMU takes the memory',
          holds: mount !== undefined,
          seen: mount ?? 'none; run: systemctl start dev-hugepages.mount; then restart libvirt',
        },
        {
          text: `the pool has ${pagesText(needed)} free pages for the VM`,
          holds: free >= needed,
          seen: pagesText(free),
        },
        ...conflicts(input, vm, 0),
        await smallPages(input, vm),
      ]
      return { preconditions }
    },
    managerCommands: (manager) => hugePageCommands(manager, vm),
  })
}

/** `pages`: those that the pool will have more. Memory in a pool is neither
 * ballooned nor merged: who relies on that must not get a pool. */
function conflicts({ sample, procfs, sysfs }: PlanInput, vm: Vm, pages: number): Precondition[] {
  const { memoryMaxBytes: most = 0, balloonBytes = most } = vm
  const shared = sample.ksm?.get('run') === 1 ? (sample.ksm.get('pages_sharing') ?? 0) * 4096 : 0
  const left = hugePageRoom(sample, procfs, sysfs).memory.available - pages * hugePageBytes
  return [
    {
      text: 'the VM has all of its memory, because the balloon takes none of a pool',
      holds: balloonBytes >= most,
      seen: `${sizeText(balloonBytes)} of ${sizeText(most)}`,
    },
    {
      text: 'what is left has room for the memory that KSM saves, because pages of a pool are never merged',
      holds: shared <= left,
      seen: `KSM saves ${sizeText(shared)}, ${sizeText(left)} are left`,
    },
  ]
}

async function smallPages({ procfs }: PlanInput, vm: Vm): Promise<Precondition> {
  const backing = await readBacking(procfs, vm.pid)
  const share = backing === undefined ? undefined : hugeShare(backing)
  return {
    text: "most of the VM's memory is in ordinary pages",
    holds: share === undefined || share < enough,
    seen:
      share === undefined
        ? 'this user may not read it'
        : `${(share * 100).toFixed(0)} % of ${sizeText(backing!.residentBytes + backing!.hugetlbBytes)} are in huge pages`,
  }
}

function hugeShare({ residentBytes, transparentHugeBytes, hugetlbBytes }: Backing): number {
  const all = residentBytes + hugetlbBytes
  return all === 0 ? 0 : (transparentHugeBytes + hugetlbBytes) / all
}
