// Thirty days of an invented fleet as OpenMetrics, with known answers: what grows, by how much, which VM is which, and
// where data is missing. Values have noise that is the same in each run.

const day = 86_400
const fleetStart = Date.parse('2026-10-01T00:00:00Z') / 1000
const fleetDays = 30

const gib = 1024 ** 3

/** Days from the start. Nobody has data in the first; only kvm1 has none in the second. */
const outage = { from: 20, to: 20.25 } as const
const kvm1Gap = { from: 10, to: 10.5 } as const
/** kvm1 boots again, so all its counters begin at 0. */
const kvm1Boot = 15
const renamedAt = 12
const movedAt = 18
const fixedAt = 15

/** What the report must find. */
export const answers = {
  /** p95 of CPU busy of kvm1 is 0.45 at the start and 0.63 at the end; it rises by 0.006 a day to 0.70. */
  kvm1CpuDays: (0.7 - 0.63) / 0.006,
  /** Available memory of kvm2 falls from 30 GiB by 0.6 GiB a day; 6.4 GiB are the reserve. */
  kvm2MemoryDays: (12 - 6.4) / 0.6,
  /** Free huge pages of kvm3 fall from 8 GiB by 0.2 GiB a day. */
  kvm3HugePagesDays: (8 - 6) / 0.2,
  /** vCPUs that wait at the IDE disk of ide1; in all it waits 0.5. */
  ide1DiskWait: 0.4,
} as const

interface VmShape {
  readonly name: string
  readonly uuid: string
  readonly host: string
  readonly from: number
  readonly to: number
  readonly vcpus: number
  /** CPU seconds, run delay, exits handled in KVM and in QEMU, port I/O, waiting for QEMU: per second. */
  readonly cpu: number
  readonly delay: number
  readonly kernel: number
  readonly userspace: number
  readonly io: number
  readonly wait: number
  readonly given: number
  readonly resident: number
  readonly hugetlb: number
  /** With the wait at it per second. */
  readonly ide?: number
  readonly realtime?: boolean
  /** Days at which its counters begin at 0. */
  readonly resets?: readonly number[]
}

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const ordinary = {
  from: 0,
  to: fleetDays,
  vcpus: 4,
  cpu: 1.6,
  delay: 0.02,
  kernel: 2000,
  userspace: 50,
  io: 40,
  wait: 0.032,
  given: 4 * gib,
  resident: 3 * gib,
  hugetlb: 0,
} as const

const peer = (n: number, host: string): VmShape => ({
  ...ordinary,
  name: `virtio${n}`,
  uuid: uuid(100 + n),
  host,
  // 1 to 3 % of their CPU time.
  wait: ordinary.cpu * (0.005 + 0.005 * n),
})

const ide = {
  ...ordinary,
  vcpus: 2,
  cpu: 0.8,
  kernel: 400,
  userspace: 600,
  io: 550,
  wait: 0.5,
  ide: 0.4,
} as const

const shapes: readonly VmShape[] = [
  { ...ide, name: 'ide1', uuid: uuid(1), host: 'kvm1', resets: [kvm1Boot] },
  { ...ordinary, name: 'web-old', uuid: uuid(2), host: 'kvm1', to: renamedAt },
  { ...ordinary, name: 'web-new', uuid: uuid(2), host: 'kvm1', from: renamedAt, resets: [kvm1Boot] },
  { ...ordinary, name: 'moved', uuid: uuid(3), host: 'kvm2', to: movedAt },
  { ...ordinary, name: 'moved', uuid: uuid(3), host: 'kvm3', from: movedAt },
  {
    ...ordinary,
    name: 'too-big',
    uuid: uuid(4),
    host: 'kvm2',
    vcpus: 8,
    cpu: 0.4,
    given: 16 * gib,
    resident: 2 * gib,
  },
  { ...ordinary, name: 'too-small', uuid: uuid(5), host: 'kvm2', vcpus: 1, cpu: 0.9, resets: [7, 7.3, 25] },
  { ...ordinary, name: 'starved', uuid: uuid(6), host: 'kvm2', vcpus: 2, cpu: 1, delay: 0.3 },
  { ...ide, name: 'fixed', uuid: uuid(7), host: 'kvm3', to: fixedAt },
  { ...ordinary, name: 'fixed', uuid: uuid(7), host: 'kvm3', from: fixedAt, vcpus: 2, cpu: 0.8, wait: 0.012 },
  { ...ordinary, name: 'in-pool', uuid: uuid(8), host: 'kvm3', hugetlb: 2 * gib, resident: gib / 4 },
  { ...ordinary, name: 'real-time', uuid: uuid(9), host: 'kvm3', vcpus: 2, cpu: 0.5, realtime: true },
  { ...ordinary, name: 'ended', uuid: uuid(10), host: 'kvm3', to: 5 },
  peer(1, 'kvm1'),
  peer(2, 'kvm2'),
  peer(3, 'kvm2'),
  peer(4, 'kvm3'),
  peer(5, 'kvm3'),
]

type Labels = Readonly<Record<string, string>>

interface SeriesShape {
  readonly metric: string
  readonly labels: Labels
  /** Days. */
  readonly from: number
  readonly to: number
  /** The value at a day, or the rate per second of a counter at a day. */
  readonly at: (day: number) => number
  readonly isCounter?: boolean
  readonly resets?: readonly number[]
}

/** From -1 to 1, the same for the same arguments. */
function noise(seed: number, index: number): number {
  let mixed = Math.imul(seed * 7919 + index + 1, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 31 - 1
}

/** Three hours of each day are 0.1 above the rest, so that the p95 of a day is that of these. */
const isPeak = (at: number) => at % 1 >= 0.5 && at % 1 < 0.5 + 3 / 24
const busyAt: Readonly<Record<string, (at: number) => number>> = {
  kvm1: (at) => 0.35 + 0.006 * at + (isPeak(at) ? 0.1 : 0),
  kvm2: (at) => 0.3 + (isPeak(at) ? 0.1 : 0),
  kvm3: (at) => 0.3 + 0.04 * noise(1, Math.floor(at)) + (isPeak(at) ? 0.1 : 0),
}
const cpus = 8

function hostSeries(host: string, seed: number): SeriesShape[] {
  const labels = { job: 'kvminfo', instance: host }
  const resets = host === 'kvm1' ? [kvm1Boot] : []
  const gauge = (metric: string, at: (day: number) => number, more: Labels = {}): SeriesShape => ({
    metric,
    labels: { ...labels, ...more },
    from: 0,
    to: fleetDays,
    at,
  })
  const counter = (metric: string, at: (day: number) => number, more: Labels): SeriesShape => ({
    ...gauge(metric, at, more),
    isCounter: true,
    resets,
  })
  const busy = busyAt[host] ?? busyAt.kvm2!
  const jitter = (at: number) => noise(seed, Math.round(at * 96))
  return [
    gauge('kvminfo_up', () => 1),
    gauge('kvminfo_host_info', () => 1, { kernel: '6.1.0', cpu_model: 'Test CPU' }),
    ...Array.from({ length: cpus }, (_, cpu) =>
      counter('kvminfo_host_cpu_seconds_total', () => 0.5, { cpu: String(cpu), mode: 'idle' }),
    ),
    counter('kvminfo_host_cpu_seconds_total', (at) => cpus * (busy(at) + 0.003 * jitter(at)), {
      cpu: '0',
      mode: 'user',
    }),
    gauge('kvminfo_host_memory_total_bytes', () => (host === 'kvm3' ? 72 : 64) * gib),
    gauge(
      'kvminfo_host_memory_available_bytes',
      (at) => ((host === 'kvm2' ? 30 - 0.6 * at : 40) + 0.1 * jitter(at)) * gib,
    ),
    gauge('kvminfo_host_ksm_run', () => 0),
    gauge('kvminfo_host_memory_anonymous_hugepages_bytes', () => 12 * gib),
    ...(host === 'kvm3'
      ? [
          gauge('kvminfo_host_hugepages_pool_bytes', () => 8 * gib, { node: '0', page_size: '2M' }),
          // Whole pages.
          gauge(
            'kvminfo_host_hugepages_free_bytes',
            (at) => Math.round((8 - 0.2 * at) * 512) * 2 * 1024 ** 2,
            {
              node: '0',
              page_size: '2M',
            },
          ),
        ]
      : []),
  ]
}

function vmSeries(shape: VmShape): SeriesShape[] {
  const { name, host, from, to, resets = [] } = shape
  const labels = { job: 'kvminfo', instance: host, vm: name }
  const gauge = (metric: string, value: number, more: Labels = {}): SeriesShape => ({
    metric,
    labels: { ...labels, ...more },
    from,
    to,
    at: () => value,
  })
  const counter = (metric: string, value: number, more: Labels = {}): SeriesShape => ({
    ...gauge(metric, value, more),
    isCounter: true,
    resets: [from, ...resets],
  })
  const vcpu = { vcpu: '0' }
  const device = { device: 'disk0' }
  return [
    gauge('kvminfo_vm_info', 1, { pid: '1', uuid: shape.uuid, machine: 'q35', source: 'libvirt' }),
    gauge('kvminfo_vm_vcpus', shape.vcpus),
    counter('kvminfo_vcpu_cpu_seconds_total', shape.cpu, vcpu),
    counter('kvminfo_vcpu_run_delay_seconds_total', shape.delay, vcpu),
    counter('kvminfo_vm_kernel_switches_total', shape.kernel),
    counter('kvminfo_vm_userspace_switches_total', shape.userspace),
    counter('kvminfo_vm_io_exits_total', shape.io),
    counter('kvminfo_vm_userspace_wait_seconds_total', shape.wait),
    gauge('kvminfo_vm_memory_resident_bytes', shape.resident),
    gauge('kvminfo_vm_memory_hugetlb_bytes', shape.hugetlb),
    gauge('kvminfo_vm_memory_max_bytes', shape.given),
    ...Array.from({ length: shape.vcpus }, (_, index) =>
      gauge('kvminfo_vcpu_sched_info', 1, { vcpu: String(index), policy: shape.realtime ? 'rr' : 'other' }),
    ),
    ...(shape.realtime ? [gauge('kvminfo_vcpu_realtime_priority', 1, vcpu)] : []),
    gauge('kvminfo_vm_disk_info', 1, {
      ...device,
      bus: shape.ide === undefined ? 'virtio' : 'ide',
      emulated: String(shape.ide !== undefined),
    }),
    ...(shape.ide === undefined ? [] : [counter('kvminfo_vm_device_wait_seconds_total', shape.ide, device)]),
    counter('kvminfo_vm_device_wait_seconds_total', 0.001, { device: 'rtc' }),
  ]
}

/** The run of remediation that gave the VM `fixed` a virtio disk. */
function runSeries(): SeriesShape[] {
  const labels = {
    job: 'remediate',
    instance: 'kvm3:9757',
    run: '7',
    action: 'virtio-disk',
    vm: 'fixed',
    device: 'disk0',
  }
  const state = (name: string, verdict: string, from: number, to: number): SeriesShape => ({
    metric: 'kvminfo_remediation_run_info',
    labels: { ...labels, state: name, verdict },
    from,
    to,
    at: () => 1,
  })
  return [
    state('proposed', '', fixedAt - 1, fixedAt - 0.5),
    state('waiting', '', fixedAt - 0.5, fixedAt),
    state('measuring', '', fixedAt, fixedAt + 0.125),
    state('kept', 'improved', fixedAt + 0.125, fixedAt + 0.125 + 1 / 24),
  ]
}

export function fleetSeries(): SeriesShape[] {
  return [
    ...['kvm1', 'kvm2', 'kvm3'].flatMap((host, index) => hostSeries(host, index + 1)),
    ...shapes.flatMap(vmSeries),
    ...runSeries(),
  ]
}

const isMissing = (host: string, at: number): boolean =>
  (at > outage.from && at < outage.to) || (host === 'kvm1' && at > kvm1Gap.from && at < kvm1Gap.to)

/** Hosts with equally many VMs each, of which every tenth has an IDE disk and every tenth waits for a CPU. */
export function largeFleetSeries(hosts: number, vmsOfHost: number): SeriesShape[] {
  return Array.from({ length: hosts }, (_, hostIndex) => {
    const host = `host-${hostIndex}`
    const vms = Array.from({ length: vmsOfHost }, (_, index) => {
      const kind = index % 10 === 0 ? ide : index % 10 === 1 ? { ...ordinary, delay: 0.5 } : ordinary
      return vmSeries({ ...kind, name: `vm-${index}`, uuid: uuid(1000 * hostIndex + index), host })
    })
    return [hostSeries(host, hostIndex), vms.flat()].flat()
  }).flat()
}

/** Lines of OpenMetrics by family, as promtool wants them. */
export function* openMetrics(series: readonly SeriesShape[], scrapeSeconds = 900): Generator<string> {
  const families = Map.groupBy(series, ({ metric, isCounter }) =>
    isCounter ? metric.replace(/_total$/, '') : metric,
  )
  for (const [family, members] of families) {
    yield `# TYPE ${family} ${members[0]!.isCounter ? 'counter' : 'gauge'}\n`
    for (const member of members) yield linesOf(member, scrapeSeconds)
  }
  yield '# EOF\n'
}

function linesOf(
  { metric, labels, from, to, at, isCounter = false, resets = [] }: SeriesShape,
  scrapeSeconds: number,
): string {
  const names = Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')
  const lines: string[] = []
  let total = 0
  const waiting = [...resets]
  const host = labels.instance!.replace(/:.*/, '')
  for (let second = 0; second <= fleetDays * day; second += scrapeSeconds) {
    const now = second / day
    if (isCounter) total += at((second - scrapeSeconds / 2) / day) * scrapeSeconds
    if (waiting.length > 0 && now >= waiting[0]!) {
      waiting.shift()
      total = 0
    }
    if (now < from || now > to || isMissing(host, now)) continue
    lines.push(`${metric}{${names}} ${isCounter ? total.toFixed(3) : at(now)} ${fleetStart + second}\n`)
  }
  return lines.join('')
}
