// How much memory of a host or of a NUMA node must stay available when a change takes some.

/** A tenth, as alerts/runbooks/KvmVmWithoutHugepages.md says. Bytes. */
export const memoryReserve = (total: number): number => Math.floor(total / 10)

/** Whether so much stays available of a memory when `taken` bytes of it are taken. */
export const leavesReserve = (
  { available, total }: { readonly available: number; readonly total: number },
  taken = 0,
): boolean => available - taken >= memoryReserve(total)
