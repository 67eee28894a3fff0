// The source of each VM's exits: QMP and libvirt answer in the background, and each VM uses the source that it has.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { KvminfoError } from '../../../../src/errors.ts'
import { Debugfs } from '../../../../src/sources/debugfs/read.ts'
import { LibvirtStatistics } from '../../../../src/sources/domstats/libvirt-statistics.ts'
import { Exits } from '../../../../src/sources/exits/exits.ts'
import type { IdentifiedVm } from '../../../../src/sources/identity/vms.ts'
import { PciRegions } from '../../../../src/sources/qmp/pci-regions.ts'
import { QmpStatistics } from '../../../../src/sources/qmp/qmp-statistics.ts'
import { WholeFile } from '../../../../src/sources/whole-file.ts'
import { qmpServer } from '../../../helpers/qmp-server.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const second = 1e9
const noModule = { value: undefined, error: new KvminfoError('SOURCE_ABSENT', 'no module') }

const noDirectories = new Map<number, string[]>()

const statistics = (exits: number, userspace: number) => [
  {
    provider: 'kvm',
    stats: Object.entries({ exits, fpu_reload: userspace + 1, signal_exits: 1, io_exits: 7 }).map(
      ([name, value]) => ({
        name,
        value,
      }),
    ),
  },
]

const identified = (pid: number, startNs: number, more: Partial<IdentifiedVm> = {}): IdentifiedVm => ({
  vm: {
    label: `vm-${pid}`,
    pid,
    startNs,
    uuid: undefined,
    machine: undefined,
    state: undefined,
    owner: undefined,
    identitySource: 'cmdline',
    vcpus: [],
    disks: [],
    nics: [],
    hostDevices: [],
    memoryMaxBytes: undefined,
    balloonBytes: undefined,
  },
  name: `vm-${pid}`,
  isManaged: false,
  qmpSocket: undefined,
  isConfirmed: () => false,
  row: undefined,
  ...more,
})

function exitsWithoutDebugfs() {
  const procfs = scratchDirectory()
  // The processes of `identified`, run by the user that owns the sockets of `qmpServer`.
  for (const pid of [10, 11]) {
    mkdirSync(join(procfs, `${pid}/task/12`), { recursive: true })
    writeFileSync(join(procfs, `${pid}/status`), `Name:\tqemu\nUid:\t${process.geteuid!()}\t0\t0\t0\n`)
  }
  const qmp = new QmpStatistics(procfs)
  const exits = new Exits(
    '/proc/kvminfo',
    new Debugfs('/nonexistent', '/proc', new WholeFile()),
    qmp,
    new PciRegions(procfs),
    new LibvirtStatistics('/nonexistent'),
  )
  onTestFinished(() => exits.close())
  return { exits, qmp }
}

const stateOf = (reading: ReturnType<Exits['read']>, source: string) =>
  reading.states().find((state) => state.source === source)

describe('a QEMU with a QMP socket', () => {
  it('is asked in the background: it has no counts at first and has them later', async () => {
    const { exits, qmp } = exitsWithoutDebugfs()
    const qmpSocket = await qmpServer({
      'query-cpus-fast': [{ 'cpu-index': 0, 'thread-id': 12 }],
      'query-stats': statistics(100, 40),
      'query-balloon': { actual: 4096 },
    })
    exits.read([], noModule, noDirectories, 5 * second)
    const vms = [identified(10, 6 * second, { qmpSocket })]
    const first = exits.read(vms, noModule, noDirectories, 7 * second)
    expect(first).toMatchObject({ value: new Map(), problems: [] })
    expect(stateOf(first, 'qmp')?.state).toBe('standby')
    const later = await vi.waitFor(() => {
      const reading = exits.read(vms, noModule, noDirectories, 8 * second)
      expect(reading.value.size).toBe(1)
      return reading
    }, 5_000)
    expect(later.value.get(10)).toMatchObject({
      io: 7,
      kernelSwitches: 60,
      userspaceSwitches: 40,
      signalReturns: 1,
    })
    expect(stateOf(later, 'qmp')?.state).toBe('in-use')
    expect(qmp.vcpus('10:600')).toEqual([{ id: 0, tid: 12 }])
  })

  it('loses only its own series if it cannot be asked, and says why', async () => {
    const { exits } = exitsWithoutDebugfs()
    const works = await qmpServer({
      'query-cpus-fast': [],
      'query-stats': statistics(100, 40),
      'query-balloon': { actual: 4096 },
    })
    const vms = [
      identified(10, 0, { qmpSocket: works }),
      identified(11, 0, { qmpSocket: '/nonexistent/qmp' }),
    ]
    await vi.waitFor(() => {
      const { value, problems } = exits.read(vms, noModule, noDirectories, second)
      expect([...value.keys()]).toEqual([10])
      expect(problems).toMatchObject([{ subject: 'vm-11', error: { code: 'SOURCE_ABSENT' } }])
    }, 5_000)
  })

  it('makes the source unavailable if it is the only one and fails, and the VM says why', async () => {
    const { exits } = exitsWithoutDebugfs()
    const vms = [identified(11, 0, { qmpSocket: '/nonexistent/qmp' })]
    const reason = 'nothing listens on the QMP socket /nonexistent/qmp'
    await vi.waitFor(() => {
      const reading = exits.read(vms, noModule, noDirectories, second)
      expect(stateOf(reading, 'qmp')).toMatchObject({ state: 'unavailable', reason })
      expect(reading.problems).toMatchObject([{ subject: 'vm-11', error: { message: reason } }])
      expect(reading.failure).toBeUndefined()
    }, 5_000)
  })
})

it('asks libvirt only while libvirt runs a VM whose exits debugfs does not give', () => {
  const rundir = scratchDirectory()
  mkdirSync(join(rundir, 'libvirt'))
  writeFileSync(join(rundir, 'libvirt/libvirt-sock-ro'), '')
  const libvirt = new LibvirtStatistics(rundir)
  const follow = vi.spyOn(libvirt, 'follow').mockReturnValue()
  const debugfs = new Debugfs('/nonexistent', '/proc', new WholeFile())
  const qmp = new QmpStatistics('/nonexistent')
  const exits = new Exits('/proc/kvminfo', debugfs, qmp, new PciRegions('/nonexistent'), libvirt)
  const managed = identified(11, 0, { isManaged: true })
  for (const vms of [[], [identified(10, 0)], [identified(10, 0), managed], []])
    exits.read(vms, noModule, noDirectories, second)
  exits.read([managed], { value: { rows: new Map(), problems: [] }, error: undefined }, noDirectories, second)
  expect(follow.mock.calls).toEqual([[false], [false], [true], [false], [false]])
})

describe('a VM without any source of exits', () => {
  it.each([
    ['if it is outside libvirt and has no socket', {}],
    ['if its libvirt is not running', { isManaged: true }],
  ])('is a problem with a remedy %s', (_, more) => {
    const { exits } = exitsWithoutDebugfs()
    const { problems, failure } = exits.read([identified(10, 0, more)], noModule, noDirectories, second)
    expect(failure).toBe(noModule.error)
    expect(problems).toMatchObject([{ subject: 'vm-10', error: { code: 'SOURCE_ABSENT' } }])
    expect(problems[0]?.error.message).toContain('modprobe kvminfo')
  })

  it.each([true, false])('is a failure only if KVM or libvirt confirms it: %s', (isConfirmed) => {
    const { exits } = exitsWithoutDebugfs()
    const vms = [identified(10, 0, { isConfirmed: () => isConfirmed })]
    const { problems } = exits.read(vms, noModule, noDirectories, second)
    expect(problems).toMatchObject([{ subject: 'vm-10', isUnconfirmed: !isConfirmed }])
  })
})
