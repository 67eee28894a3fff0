// Prepares a host for VMs, as far as it can be undone (thesis, chapter 2): transparent huge pages for programs that ask for
// them, and a pool of huge pages. A person must approve it.
import { hugePageBytes, hugePageRoom } from '../target/huge-page-room.ts'
import { type Action, noOwner, type Plan, type Refusal } from './action.ts'
import {
  changeOf,
  commandsOf,
  grown,
  type HugePageOperation,
  offered,
  ownerOf,
  roomPrecondition,
} from './huge-page-plan.ts'

/** The thesis's pool is 1024 pages, and about a tenth of the host's memory (5.2.3). */
const mostPages = 1024
const poolShare = 0.1

export const hostPrepare: Action = {
  names: ['host-prepare'],

  async plan(input): Promise<Plan | Refusal> {
    const { vm, sample, procfs, sysfs } = input
    if (vm !== undefined) return { refused: 'this concerns the whole host, and the alert names a VM' }
    const transparent = await offered(input)
    const room = hugePageRoom(sample, procfs, sysfs)
    const now = room.pools.reduce((sum, { pages }) => sum + pages, 0)
    const wanted = Math.min(mostPages, Math.floor((room.memory.total * poolShare) / hugePageBytes))
    const missing = room.pools.length === 0 ? 0 : Math.max(0, wanted - now)
    const operations: HugePageOperation[] = [
      ...(transparent === undefined ? [] : [transparent]),
      ...(await grown(input, room, Math.min(missing, room.room))),
    ]
    if (operations.length === 0)
      return {
        refused: `the host is prepared: its pools have ${now} huge pages, and transparent huge pages are on`,
      }
    const owner = ownerOf(operations, input)
    return {
      action: 'host-prepare',
      target: { vm: undefined, device: undefined },
      changes: operations.map(changeOf),
      operations: owner === undefined ? operations : [],
      takesEffect: 'live',
      isLeased: false,
      preconditions: [roomPrecondition(room, missing)],
      risk: 'medium',
      owner: owner?.name ?? noOwner,
      measurement: { design: 'none', metric: 'none', text: 'the counters of a VM cannot show it' },
      undo: 'the settings get their former values back; pages that a VM uses are never taken from a pool',
      commands: owner?.commands ?? operations.flatMap(commandsOf),
      diff: undefined,
    }
  },
}
