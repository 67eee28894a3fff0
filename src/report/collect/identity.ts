// Which series belong to the same VM: a VM that was renamed, or that moved to another host, keeps its UUID.
import type { Run } from '../grid.ts'

/** Where and when a VM had a name. */
export interface Presence {
  /** Index of the host. */
  readonly host: number
  /** The label `vm`. */
  readonly name: string
  /** Empty if the VM has none. */
  readonly uuid: string
  readonly runs: readonly Run[]
}

export interface VmIdentityOverTime {
  /** Undefined if the VM has none. */
  readonly uuid: string | undefined
  /** In the order of their beginning. */
  readonly presences: readonly Presence[]
  /** Whether other VMs have the same UUID at the same time, so that names and hosts tell them apart. */
  readonly sharesUuid: boolean
}

const none = /^(00000000-0000-0000-0000-000000000000)?$/

/** `overlap`: steps for which both ends of a migration may run. */
export function identify(presences: readonly Presence[], overlap: number): VmIdentityOverTime[] {
  const byUuid = Map.groupBy(presences, ({ uuid, host, name }) =>
    none.test(uuid) ? `${host}/${name}` : uuid.toLowerCase(),
  )
  return [...byUuid.values()].flatMap((group) => {
    const [first] = group
    const uuid = none.test(first!.uuid) ? undefined : first!.uuid.toLowerCase()
    const one = (of: readonly Presence[], sharesUuid: boolean): VmIdentityOverTime => ({
      uuid,
      presences: of.toSorted((a, b) => a.runs[0]!.begin - b.runs[0]!.begin),
      sharesUuid,
    })
    if (stepsTogether(group) <= overlap) return [one(group, false)]
    return [...Map.groupBy(group, ({ host, name }) => `${host}/${name}`).values()].map((of) => one(of, true))
  })
}

/** Steps in which more than one of them is present. */
function stepsTogether(presences: readonly Presence[]): number {
  const edges = presences
    .flatMap(({ runs }) => runs.flatMap(({ begin, end }) => [[begin, 1] as const, [end, -1] as const]))
    .sort(([a, up], [b, down]) => a - b || up - down)
  let [count, since, together] = [0, 0, 0]
  for (const [index, change] of edges) {
    if (count > 1) together += index - since
    count += change
    since = index
  }
  return together
}

/** For each step, the VM that has the name then: the later one if one name passed to another VM within a step. */
export function ownersOf(
  points: number,
  owners: readonly { readonly vm: number; readonly presence: Presence }[],
): Int32Array {
  const owner = new Int32Array(points).fill(-1)
  const inOrder = owners.toSorted((a, b) => a.presence.runs[0]!.begin - b.presence.runs[0]!.begin)
  for (const { vm, presence } of inOrder) {
    for (const { begin, end } of presence.runs) owner.fill(vm, begin, end)
  }
  return owner
}
