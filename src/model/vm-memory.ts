// The memory that a VM's process uses on the host.

export interface VmMemory {
  readonly pid: number
  /** Resident memory in ordinary and transparent huge pages, bytes (VmRSS). */
  readonly residentBytes: number
  /** Memory in pages of a hugetlb pool, bytes (HugetlbPages); not part of residentBytes. */
  readonly hugetlbBytes: number
}
