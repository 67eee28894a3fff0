// The memory a VM's process holds on the host.

export interface VmMemory {
  readonly pid: number
  /** Resident in ordinary and transparent huge pages, bytes (VmRSS). */
  readonly residentBytes: number
  /** In pages of a hugetlb pool, bytes (HugetlbPages); not part of residentBytes. */
  readonly hugetlbBytes: number
}
