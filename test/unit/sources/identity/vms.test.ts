// How the data of several sources about a process becomes a VM.
import { describe, expect, it } from 'vitest'
import type { QemuCommandLine, Reading } from '../../../../src/sources/cmdline/parse.ts'
import { Labels } from '../../../../src/sources/identity/label.ts'
import { vcpusByThreadName } from '../../../../src/sources/identity/vcpus.ts'
import { assembleVms, type Evidence } from '../../../../src/sources/identity/vms.ts'
import type { KvminfoRow } from '../../../../src/sources/kvminfo/row.ts'
import type { LibvirtDomain } from '../../../../src/sources/libvirt-status/parse.ts'

const startNs = 1_086_550_000_000
const qemu = { pid: 100, startNs, comm: 'qemu-system-x86' }

const commandLine: QemuCommandLine = {
  name: 'from-cmdline',
  uuid: 'u-1',
  machine: 'pc',
  memoryBytes: 1024,
  disks: [{ device: 'd', bus: 'ide', cache: undefined, format: 'raw' }],
  nics: [{ device: 'net0', model: 'virtio', vhost: true }],
  isManaged: false,
  qmpSocket: '/run/q.sock',
}

const domain: LibvirtDomain = {
  pid: 100,
  name: 'from-libvirt',
  uuid: 'u-1',
  machine: 'pc-i440fx-7.2',
  state: { state: 'running', reason: 'booted', isMigrating: false },
  owner: undefined,
  vcpus: [{ id: 0, tid: 103 }],
  disks: [{ device: 'vda', alias: 'virtio-disk0', bus: 'virtio', cache: 'none', format: 'qcow2' }],
  nics: [
    { device: 'vnet0', model: 'virtio', vhost: undefined, alias: 'net0' },
    { device: 'vnet1', model: 'virtio', vhost: false, alias: 'net1' },
    { device: 'vnet2', model: 'virtio', vhost: undefined, alias: 'net2' },
  ],
  memoryMaxBytes: 4096,
  balloonBytes: 2048,
}

const row = (rowStartNs: number | undefined, vcpus: KvminfoRow['vcpus'] = []): KvminfoRow => ({
  exits: {
    pid: 100,
    io: 1,
    exceptions: 0,
    kernelSwitches: 2,
    userspaceSwitches: 3,
    signalReturns: 0,
    kernelNs: undefined,
    haltNs: undefined,
    userspaceNs: undefined,
    reasons: new Map(),
  },
  startNs: rowStartNs,
  vcpus,
})

function assemble(given: {
  processes?: Evidence['processes']
  row?: KvminfoRow
  domain?: LibvirtDomain
  /** null: not read yet. */
  commandLine?: QemuCommandLine | undefined | null
  /** In place of `commandLine`. */
  read?: Reading
  domainsKnown?: boolean
  balloons?: ReadonlyMap<string, number>
  threads?: ReadonlyMap<number, string>
  labels?: Labels
  qmpState?: 'running' | 'hung'
  qmpVcpus?: { id: number; tid: number }[]
  debugfsVcpus?: { id: number; tid: number }[]
}) {
  const evidence: Evidence = {
    processes: given.processes ?? new Map([[100, qemu]]),
    kvminfo: new Map(given.row === undefined ? [] : [[100, given.row]]),
    domains: new Map(given.domain === undefined ? [] : [[100, given.domain]]),
    domainsKnown: given.domainsKnown ?? true,
    commandLineOf: () =>
      given.read ?? (given.commandLine === null ? undefined : { commandLine: given.commandLine }),
    qmpVcpus: () => given.qmpVcpus ?? [],
    qmpState: () => given.qmpState,
    balloonBytes: (_, name) => (name === undefined ? undefined : given.balloons?.get(name)),
    debugfsVcpus: () => given.debugfsVcpus,
    threadNames: () => given.threads ?? new Map(),
    hasThread: (_, tid) => given.threads?.has(tid) === true,
  }
  return assembleVms(evidence, given.labels ?? new Labels())
}
const only = (given: Parameters<typeof assemble>[0]) => {
  const { value } = assemble(given)
  expect(value).toHaveLength(1)
  return value[0]!
}

describe('identity', () => {
  it('prefers libvirt to the command line, and finds vhost on the command line by alias', () => {
    const { vm, isManaged } = only({ domain, commandLine })
    expect(vm).toEqual({
      label: 'from-libvirt',
      pid: 100,
      startNs,
      uuid: 'u-1',
      machine: 'pc-i440fx-7.2',
      state: 'running',
      owner: undefined,
      identitySource: 'libvirt',
      vcpus: [{ id: 0, tid: 103 }],
      disks: [{ device: 'virtio-disk0', target: 'vda', bus: 'virtio', cache: 'none', format: 'qcow2' }],
      nics: [
        { device: 'net0', target: 'vnet0', model: 'virtio', vhost: true },
        { device: 'net1', target: 'vnet1', model: 'virtio', vhost: false },
        { device: 'net2', target: 'vnet2', model: 'virtio', vhost: undefined },
      ],
      hostDevices: [],
      memoryMaxBytes: 4096,
      balloonBytes: 2048,
    })
    expect(isManaged).toBe(true)
  })

  it('reports a VM that has more devices than are shown', () => {
    const disks = Array.from({ length: 300 }, (_, at) => ({ ...commandLine.disks[0]!, device: `d${at}` }))
    const { value, deviceProblems: problems } = assemble({
      commandLine: { ...commandLine, disks },
      row: row(startNs),
    })
    expect(value[0]?.vm.disks).toHaveLength(256)
    expect(problems).toMatchObject([{ subject: 'from-cmdline', error: { code: 'DEVICES_LEFT_OUT' } }])
    expect(problems[0]?.error.message).toMatch(/^VM from-cmdline: 44 of its devices are not shown/)
  })

  it('works without libvirt', () => {
    const { vm, qmpSocket } = only({ commandLine })
    expect(vm).toMatchObject({ label: 'from-cmdline', identitySource: 'cmdline', balloonBytes: undefined })
    expect(vm.nics).toEqual(commandLine.nics)
    expect(qmpSocket).toBe('/run/q.sock')
  })

  it('takes the balloon from QMP or libvirt if there is no status file', () => {
    const balloons = new Map([['from-cmdline', 512]])
    expect(only({ commandLine, balloons }).vm.balloonBytes).toBe(512)
    expect(only({ domain, commandLine, balloons }).vm.balloonBytes).toBe(2048)
  })

  it('works without either, for a VMM that only the module shows', () => {
    expect(only({ row: row(startNs + 9_999) }).vm).toMatchObject({ label: 'pid-100', identitySource: 'none' })
  })

  it('works without the module too, if debugfs shows the VM', () => {
    expect(only({ debugfsVcpus: [] }).vm).toMatchObject({ label: 'pid-100', identitySource: 'none' })
  })

  it('does not take an ordinary process for a VM', () => {
    expect(assemble({})).toEqual({ value: [], problems: [], deviceProblems: [] })
  })

  it('shows a VM that this user sees only in /proc/kvminfo', () => {
    expect(only({ processes: new Map(), row: row(startNs) }).vm).toMatchObject({ label: 'pid-100', startNs })
  })

  it('orders by pid', () => {
    const processes = new Map([7, 5, 6].map((pid) => [pid, { ...qemu, pid }]))
    expect(assemble({ processes, commandLine }).value.map(({ vm }) => vm.pid)).toEqual([5, 6, 7])
  })
})

describe('data of another process with the same pid is not used', () => {
  it('a row of /proc/kvminfo', () => {
    expect(assemble({ row: row(startNs - 20_000_000) }).value).toEqual([])
    expect(only({ row: row(startNs - 20_000_000, [{ id: 0, tid: 1 }]), commandLine }).vm.vcpus).toEqual([])
  })

  it('but a row of the thesis, which has no start time, is used for a process that runs', () => {
    expect(only({ row: row(undefined), commandLine }).vm.label).toBe('from-cmdline')
    expect(assemble({ processes: new Map(), row: row(undefined) }).value).toEqual([])
  })

  it('a VM in debugfs whose threads are not in this process', () => {
    const debugfsVcpus = [{ id: 0, tid: 103 }]
    expect(assemble({ debugfsVcpus }).value).toEqual([])
    expect(only({ debugfsVcpus, threads: new Map([[103, 'vcpu']]) }).vm.vcpus).toEqual(debugfsVcpus)
  })

  it('a status file that libvirtd left behind, with another UUID', () => {
    expect(only({ domain: { ...domain, uuid: 'u-2' }, commandLine }).vm.label).toBe('from-cmdline')
  })

  it('a status file that libvirtd left behind, if the process is not a QEMU and lacks the vCPU threads', () => {
    expect(assemble({ domain }).value).toEqual([])
    expect(only({ domain, threads: new Map([[103, 'vcpu']]) }).vm.label).toBe('from-libvirt')
  })
})

describe('a command line that has not been read yet', () => {
  it('leaves the VM out and reports that, because its name would change later', () => {
    for (const given of [{ row: row(startNs) }, { debugfsVcpus: [] }]) {
      const { value, problems } = assemble({ ...given, commandLine: null })
      expect(value).toEqual([])
      expect(problems).toMatchObject([{ subject: '/proc/100/cmdline', error: { code: 'SOURCE_FAILED' } }])
    }
    const { value, problems } = assemble({ commandLine: null })
    expect(value).toEqual([])
    expect(problems).toMatchObject([{ subject: 'processes that may be VMs', isUnconfirmed: true }])
  })

  it('matters for a VM that only debugfs shows, because its program may turn out to be a QEMU', () => {
    const processes = new Map([[100, { ...qemu, comm: 'renamed' }]])
    const { value, problems } = assemble({ processes, commandLine: null, debugfsVcpus: [] })
    expect(value).toEqual([])
    expect(problems).toMatchObject([{ error: { code: 'SOURCE_FAILED' } }])
  })

  it('is not the only reason: a VM of libvirt also waits for its status file, where its devices have other names', () => {
    const managed = { ...commandLine, isManaged: true }
    expect(assemble({ commandLine: managed, domainsKnown: false })).toMatchObject({
      value: [],
      problems: [{}],
    })
    expect(only({ commandLine: managed }).vm.identitySource).toBe('cmdline')
    expect(only({ commandLine, domainsKnown: false }).vm.identitySource).toBe('cmdline')
  })

  it('matters only for vhost if libvirt names the VM', () => {
    const { vm } = only({ domain, commandLine: null })
    expect(vm.label).toBe('from-libvirt')
    expect(vm.nics[0]?.vhost).toBeUndefined()
  })

  it('costs only its own process a problem if it exceeds its budget, and says nothing about it', () => {
    const read = { commandLine: undefined, isProbe: false, excess: 'more than 4096 devices' }
    const { value, problems } = assemble({ row: row(startNs, []), read })
    expect(value.map(({ vm }) => vm.label)).toEqual(['pid-100'])
    expect(problems.map(({ subject, error }) => [subject, error.message])).toEqual([
      ['/proc/100/cmdline', expect.stringContaining('it has more than 4096 devices')],
    ])
  })

  it('of a probe makes no VM, even if KVM has one of it', () => {
    const read = { commandLine: undefined, isProbe: true, excess: undefined }
    expect(assemble({ row: row(startNs, []), read })).toMatchObject({ value: [], problems: [] })
  })

  it('does not matter for a process that does not look like a VM', () => {
    const processes = new Map([[100, { ...qemu, comm: 'bash' }]])
    expect(assemble({ processes, commandLine: null })).toEqual({
      value: [],
      problems: [],
      deviceProblems: [],
    })
  })
})

describe('vCPU threads', () => {
  const threads = new Map([
    [100, 'qemu-system-x86'],
    [105, 'CPU 1/KVM'],
    [104, 'CPU 0/KVM'],
    [106, 'CPU 12/KVMx'],
  ])

  it('come from /proc/kvminfo, completed by libvirt', () => {
    const fromLibvirt = [
      { id: 1, tid: 5 },
      { id: 0, tid: 103 },
    ]
    const given = { row: row(startNs, [{ id: 1, tid: 111 }]), domain: { ...domain, vcpus: fromLibvirt } }
    const { vm } = only({ ...given, commandLine })
    expect(vm.vcpus).toEqual([
      { id: 0, tid: 103 },
      { id: 1, tid: 111 },
    ])
  })

  it('come from QMP, or from their names if no source lists them', () => {
    expect(only({ commandLine, threads }).vm.vcpus).toEqual([
      { id: 0, tid: 104 },
      { id: 1, tid: 105 },
    ])
    expect(only({ commandLine, threads, qmpVcpus: [{ id: 0, tid: 105 }] }).vm.vcpus).toEqual([
      { id: 0, tid: 105 },
    ])
  })

  it('of QMP are used only if they are threads of the process, because any process can offer a socket', () => {
    const qmpVcpus = Array.from({ length: 4_096 }, (_, id) => ({ id, tid: 200_000 + id }))
    expect(only({ commandLine, threads, qmpVcpus }).vm.vcpus.map(({ tid }) => tid)).toEqual([104, 105])
  })

  it('come from debugfs if not even their names identify them', () => {
    const debugfsVcpus = [
      { id: 1, tid: 106 },
      { id: 0, tid: 7 },
    ]
    const unnamed = new Map([
      [100, 'qemu-system-x86'],
      [106, 'qemu-system-x86'],
    ])
    expect(only({ commandLine, threads: unnamed, debugfsVcpus }).vm.vcpus).toEqual([{ id: 1, tid: 106 }])
    expect(only({ commandLine, threads, debugfsVcpus }).vm.vcpus.map(({ tid }) => tid)).toEqual([104, 105])
  })

  it('are named CPU n/KVM and nothing else', () => {
    expect(vcpusByThreadName(threads).map(({ tid }) => tid)).toEqual([105, 104])
  })
})

describe('a process that only its command line calls a VM', () => {
  const disks = Array.from({ length: 300 }, (_, at) => ({ ...commandLine.disks[0]!, device: `d${at}` }))
  const many = { commandLine: { ...commandLine, disks } }

  it('has problems that are no failure, other than a VM that KVM or libvirt confirms', () => {
    const isUnconfirmed = (given: Parameters<typeof assemble>[0]) =>
      assemble(given).deviceProblems.map((problem) => problem.isUnconfirmed)
    expect(isUnconfirmed(many)).toEqual([true])
    expect(isUnconfirmed({ ...many, row: row(startNs) })).toEqual([undefined])
    expect(isUnconfirmed({ ...many, debugfsVcpus: [] })).toEqual([undefined])
    expect(isUnconfirmed({ domain: { ...domain, disks }, commandLine })).toEqual([undefined])
  })

  it('is no failure while its command line cannot be read', () => {
    expect(assemble({ commandLine: null }).problems).toMatchObject([{ isUnconfirmed: true }])
    const { problems } = assemble({ commandLine: null, row: row(startNs) })
    expect(problems.map(({ isUnconfirmed }) => isUnconfirmed)).toEqual([undefined])
  })

  it('shares one bound with all others of its kind, and the oldest come first', () => {
    const wide = {
      device: 'd'.repeat(255),
      bus: 'b'.repeat(255),
      cache: 'c'.repeat(255),
      format: 'f'.repeat(255),
    }
    const wideDisks = Array.from({ length: 256 }, () => wide)
    const processes = new Map(
      Array.from({ length: 300 }, (_, at) => [
        1_000 - at,
        { ...qemu, pid: 1_000 - at, startNs: startNs + at * 1e9 },
      ]),
    )
    const { value, deviceProblems, problems } = assemble({
      processes,
      commandLine: { ...commandLine, disks: wideDisks },
    })
    expect(value).toHaveLength(300)
    expect(problems).toEqual([])
    const whole = value.filter(({ vm }) => vm.disks.length > 0).map(({ vm }) => vm.pid)
    expect(whole.length).toBeGreaterThan(20)
    expect(whole.length).toBeLessThan(100)
    expect(Math.min(...whole)).toBe(1_000 - whole.length + 1)
    expect(deviceProblems).toMatchObject([{ isUnconfirmed: true, error: { code: 'DEVICES_LEFT_OUT' } }])
    expect(deviceProblems[0]?.error.message).toContain(`${300 - whole.length} processes that neither`)
  })

  it.each([
    [
      'command lines beyond their budget',
      { excess: 'more than 4096 devices' },
      /^20 processes .* more than any/,
    ],
    ['command lines that are not read yet', null, /^20 processes .* not identified yet/],
    ['more devices than are shown', many, /^20 processes .* only the first 256 disks/],
  ])('has one problem together with all others that have %s', (_, given, message) => {
    const processes = new Map(Array.from({ length: 20 }, (_, at) => [at + 1, { ...qemu, pid: at + 1 }]))
    const read =
      given === null || 'commandLine' in given
        ? {}
        : { read: { commandLine: undefined, isProbe: false, ...given } }
    const { problems, deviceProblems } = assemble({
      processes,
      commandLine: null,
      ...(given !== null && 'commandLine' in given ? given : {}),
      ...read,
    })
    const all = [...problems, ...deviceProblems]
    expect(all).toMatchObject([{ isUnconfirmed: true }])
    expect(all[0]?.error.message).toMatch(message)
    expect(all[0]?.error.message).toContain('(pids 1, 2, 3, 4, 5, 6, 7, 8, …; ')
  })

  it('is left out beyond 4,096 of them, and the VMs that KVM confirms are all shown', () => {
    const processes = new Map(
      Array.from({ length: 5_000 }, (_, at) => [
        at + 1,
        { ...qemu, pid: at + 1, startNs: startNs + at * 1e9 },
      ]),
    )
    const { value, problems } = assemble({ processes, commandLine })
    expect(value).toHaveLength(4_096)
    expect(problems).toHaveLength(1)
    expect(problems[0]?.error.message).toMatch(/^904 processes .* are left out/)
    const confirmed = assemble({ processes, commandLine, debugfsVcpus: [] })
    expect(confirmed.value).toHaveLength(5_000)
    expect(confirmed.problems).toEqual([])
  })
})

it('gives the owner that the command line or libvirt says, and a safe text of it', () => {
  expect(only({ commandLine: { ...commandLine, vmid: 104 } }).vm.owner).toEqual({
    manager: 'proxmox',
    name: '104',
    group: '',
    flavor: '',
  })
  const ofKubevirt = { ...commandLine, name: 'prod_web', isKubevirt: true } as const
  expect(only({ commandLine: ofKubevirt }).vm.owner).toEqual({
    manager: 'kubevirt',
    name: 'web',
    group: 'prod',
    flavor: '',
  })
  const owner = { manager: 'nova', name: 'a\u202eb', group: 'x'.repeat(1_000), flavor: 'm1' } as const
  const shown = only({ domain: { ...domain, owner }, commandLine }).vm.owner
  expect(shown).toMatchObject({ manager: 'nova', name: 'a\uFFFDb', flavor: 'm1' })
  expect(shown?.group).toHaveLength(255)
})

it.each([
  ['running', false, 'running'],
  ['paused', false, 'paused'],
  ['paused', true, 'migrating'],
  ['running', true, 'migrating'],
  ['pmsuspended', false, 'suspended'],
  ['in shutdown', false, 'shutdown'],
  ['crashed', false, 'crashed'],
  ['of tomorrow', false, undefined],
])('shows libvirt’s state %s (migration: %s) as %s', (state, isMigrating, shown) => {
  expect(
    only({ domain: { ...domain, state: { state, reason: '', isMigrating } }, commandLine }).vm.state,
  ).toBe(shown)
})

it('shows the state that QMP gives if there is no status file', () => {
  expect(only({ commandLine, qmpState: 'hung' }).vm.state).toBe('hung')
  expect(only({ domain, commandLine, qmpState: 'hung' }).vm.state).toBe('running')
  expect(only({ commandLine }).vm.state).toBeUndefined()
})
