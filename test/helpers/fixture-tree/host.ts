// The host's own files: memory, huge pages on two NUMA nodes, KSM, pressure, CPU time, uptime.
import type { FixtureFiles } from './files.ts'

export function* hostFiles(): FixtureFiles {
  yield ['proc/uptime', '90000.00 300000.00\n']
  yield ['proc/meminfo', meminfo]
  yield ['proc/loadavg', '1.20 0.90 0.50 2/400 5293\n']
  yield ['proc/stat', stat]
  yield ['proc/pressure/cpu', pressure(53_956_705, 0)]
  yield ['proc/pressure/memory', pressure(1_200_300, 400_500)]
  yield ['proc/pressure/io', pressure(17_944_316, 16_848_098)]
  for (const node of [0, 1]) {
    yield* pool(`sys/devices/system/node/node${node}/hugepages/hugepages-2048kB`, 1024 + node, 512, node)
    yield* pool(`sys/devices/system/node/node${node}/hugepages/hugepages-1048576kB`, 4, 1, 0)
    yield [`sys/devices/system/node/node${node}/meminfo`, nodeMeminfo(node)]
  }
  yield* pool('sys/kernel/mm/hugepages/hugepages-2048kB', 2049, 1024, 1)
  yield* pool('sys/kernel/mm/hugepages/hugepages-1048576kB', 8, 2, 0)
  yield ['sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages', '10\n']
  yield ['sys/kernel/mm/transparent_hugepage/enabled', 'always [madvise] never\n']
  for (const [name, value] of Object.entries(ksm)) yield [`sys/kernel/mm/ksm/${name}`, `${value}\n`]
}

// The files of Linux 6.1. Linux 6.8 adds advisor_*; advisor_mode is not a number.
const ksm = {
  full_scans: 12,
  max_page_sharing: 256,
  merge_across_nodes: 1,
  pages_shared: 4_000,
  pages_sharing: 90_000,
  pages_to_scan: 100,
  pages_unshared: 60_000,
  pages_volatile: 700,
  run: 1,
  sleep_millisecs: 20,
  stable_node_chains: 0,
  stable_node_chains_prune_millisecs: 2_000,
  stable_node_dups: 0,
  use_zero_pages: 0,
}

const pressure = (some: number, full: number) =>
  `some avg10=2.91 avg60=6.64 avg300=5.39 total=${some}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=${full}\n`

function* pool(directory: string, total: number, free: number, surplus: number) {
  yield [`${directory}/nr_hugepages`, `${total}\n`] as const
  yield [`${directory}/free_hugepages`, `${free}\n`] as const
  yield [`${directory}/surplus_hugepages`, `${surplus}\n`] as const
}

/** Half of the host's memory each, of which node 1 has more available. */
const nodeMeminfo = (node: number) =>
  [
    `Node ${node} MemTotal:       131925632 kB`,
    `Node ${node} MemFree:        ${10_000_000 + node * 2_411_396} kB`,
    `Node ${node} MemUsed:        121925632 kB`,
    `Node ${node} Active(file):     245384 kB`,
    `Node ${node} Inactive(file):   740950 kB`,
    `Node ${node} SReclaimable:      37186 kB`,
    '',
  ].join('\n')

const stat = `cpu  20191 2235 13840 168803 1945 0 388 2222 7000 50
cpu0 8499 1116 6098 87867 160 0 45 1093 4000 20
cpu1 11692 1119 7742 80935 1784 0 342 1128 3000 30
intr 1701556 0 0 0 0
ctxt 4911419
btime 1795404403
processes 61217
procs_running 2
procs_blocked 0
softirq 698211 0 86923 10 32608 180706 0 4 199294 0 198666
`

const meminfo = `MemTotal:       263851264 kB
MemFree:        22411396 kB
MemAvailable:   24128724 kB
Buffers:           92532 kB
Cached:          1888532 kB
SwapCached:            0 kB
Active:           651844 kB
Inactive:        1481900 kB
Active(anon):     161076 kB
Inactive(anon):        0 kB
Active(file):     490768 kB
Inactive(file):  1481900 kB
Unevictable:           0 kB
Mlocked:               0 kB
SwapTotal:       8388604 kB
SwapFree:        8388604 kB
Dirty:              3752 kB
Writeback:             0 kB
AnonPages:        152700 kB
Mapped:           188380 kB
Shmem:              8396 kB
KReclaimable:      74372 kB
Slab:             108548 kB
SReclaimable:      74372 kB
SUnreclaim:        34176 kB
KernelStack:        2704 kB
PageTables:         3108 kB
SecPageTables:         0 kB
NFS_Unstable:          0 kB
Bounce:                0 kB
WritebackTmp:          0 kB
CommitLimit:    12341932 kB
Committed_AS:     611184 kB
VmallocTotal:   34359738367 kB
VmallocUsed:       15824 kB
VmallocChunk:          0 kB
Percpu:              848 kB
HardwareCorrupted:     0 kB
AnonHugePages:     30720 kB
ShmemHugePages:        0 kB
ShmemPmdMapped:        0 kB
FileHugePages:         0 kB
FilePmdMapped:         0 kB
HugePages_Total:    2049
HugePages_Free:     1024
HugePages_Rsvd:       10
HugePages_Surp:        1
Hugepagesize:       2048 kB
Hugetlb:        12584960 kB
DirectMap4k:       57344 kB
DirectMap2M:     4136960 kB
DirectMap1G:    23068672 kB
`
