// One VM of a fixture tree: its numbers, from which every file about it is generated.

export interface FixtureThread {
  readonly tid: number
  readonly comm: string
  readonly execNs: number
  readonly runDelayNs: number
  readonly voluntarySwitches: number
  readonly involuntarySwitches: number
  readonly cpu: number
  /** Real-time priority under SCHED_FIFO; undefined for SCHED_OTHER. */
  readonly fifoPriority?: number
}

export interface FixtureVm {
  readonly index: number
  readonly name: string
  readonly uuid: string
  readonly pid: number
  readonly startNs: number
  readonly memoryKib: number
  readonly residentKib: number
  readonly hugetlbKib: number
  readonly io: number
  readonly exceptions: number
  readonly kernelSwitches: number
  readonly userspaceSwitches: number
  readonly signalReturns: number
  readonly kernelNs: number
  readonly haltNs: number
  readonly userspaceNs: number
  readonly reasons: readonly (readonly [name: string, count: number])[]
  /** Nanoseconds in KVM by reason. */
  readonly reasonNs: readonly (readonly [name: string, ns: number])[]
  readonly userspaceReasons: readonly (readonly [name: string, count: number, ns: number])[]
  /** Userspace exits by port (`p3f8`) or page (`mfebc0`), and `other`. */
  readonly accesses: readonly (readonly [key: string, count: number, ns: number])[]
  /** Whether all its disks and NICs are virtio. In the recorded files, one of each is not. */
  readonly isVirtio?: boolean
  /** The threads of the vCPUs, by guest CPU number. */
  readonly vcpus: readonly FixtureThread[]
  /** The main loop and helper threads. */
  readonly emulator: readonly FixtureThread[]
}

// The threads of a VM that are not vCPUs: the main loop, a worker and the monitor's thread.
const emulatorThreads = ['qemu-system-x86', 'worker', 'IO mon_iothread']

const reasonNames = [
  'io',
  'hlt',
  'cpuid',
  'msr',
  'npf',
  'external_interrupt',
  'mmio',
  'vmcall',
  'cr_access',
  'pause',
]

export function fixtureVm(index: number, vcpuCount: number): FixtureVm {
  const pid = 10_000 + index * 40
  const io = 1_000_000 + index * 17
  const kernelSwitches = 8_000_000 + index * 101
  const userspaceSwitches = 170_000 + index * 13
  const thread = (tid: number, comm: string): FixtureThread => ({
    tid,
    comm,
    execNs: 3_600_000_000_000 + tid * 1_234_567,
    runDelayNs: 12_000_000_000 + tid * 7_654,
    voluntarySwitches: 500_000 + tid,
    involuntarySwitches: 9_000 + tid,
    cpu: tid % 64,
  })
  return {
    index,
    name: `vm-${String(index).padStart(4, '0')}`,
    uuid: `6f1dd2f0-3c6a-4e0f-9a58-${String(index).padStart(12, '0')}`,
    pid,
    startNs: 1_086_550_000_000 + index * 20_000_000 + 4_321,
    memoryKib: 2_097_152,
    residentKib: 1_500_000 + index,
    hugetlbKib: index % 4 === 0 ? 2_097_152 : 0,
    io,
    exceptions: index,
    kernelSwitches,
    userspaceSwitches,
    signalReturns: 40 + index,
    kernelNs: 90_000_000_000 + index,
    haltNs: 7_000_000_000_000 + index,
    userspaceNs: 40_000_000_000 + index,
    reasons: reasonNames.map((name, place) => [name, (kernelSwitches >> place) + index]),
    reasonNs: reasonNames.map((name, place) => [name, Math.floor(45_000_000_000 / 2 ** place) + index]),
    userspaceReasons: [
      ['io', 140_000 + index * 13, 30_000_000_000],
      ['mmio', 30_000, 10_000_000_000],
    ],
    accesses: [
      ['p1f7', 100_000 + index * 13, 20_000_000_000],
      ['p3fd', 40_000, 10_000_000_000],
      ['mfebc0', 29_000, 9_000_000_000],
      ['other', 1_000, 1_000_000_000],
    ],
    emulator: emulatorThreads.map((comm, place) => thread(pid + place, comm)),
    vcpus: Array.from({ length: vcpuCount }, (_, id) =>
      thread(pid + emulatorThreads.length + id, `CPU ${id}/KVM`),
    ),
  }
}
