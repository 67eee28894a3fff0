// How much memory of a host or of a NUMA node must stay available when a change takes some.

/** A tenth, as alerts/runbooks/KvmVmWithoutHugepages.md says. Bytes. */
export const memoryReserve = (total: number): number => Math.floor(total / 10)
