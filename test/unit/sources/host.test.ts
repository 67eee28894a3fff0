// The whole host: every source at once on a tree of files, and what is left when one of them goes.
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { SourceState } from '../../../src/model/sources.ts'
import { createHost, type Host } from '../../../src/sources/host.ts'
import { asNobody } from '../../helpers/as-nobody.ts'
import { kvminfoText } from '../../helpers/fixture-tree/modules.ts'
import { type FixtureOptions, writeFixtureTree } from '../../helpers/fixture-tree.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

const noFacts = { facts: () => undefined, close() {} }

function hostOf(options: Partial<FixtureOptions> = {}) {
  const root = scratchDirectory()
  const tree = writeFixtureTree(root, { vms: 3, vcpus: 2, ...options })
  const host = createHost(tree.paths, noFacts)
  onTestFinished(() => host.close())
  const path = (...parts: string[]) => join(root, ...parts)
  return { ...tree, root, host, path }
}

async function states(host: Host): Promise<Record<string, SourceState['state']>> {
  const { value } = (await host.snapshot()).sources()
  return Object.fromEntries(value.map(({ fact, source, state }) => [`${fact} ${source}`, state]))
}

describe('a host with modules and libvirt', () => {
  it('knows its VMs', async () => {
    const { host, vms } = hostOf()
    const { value, problems } = (await host.snapshot()).vms()
    expect(problems).toEqual([])
    expect(value).toHaveLength(3)
    expect(value[1]).toEqual({
      label: 'vm-0001',
      pid: vms[1]!.pid,
      startNs: vms[1]!.startNs,
      uuid: vms[1]!.uuid,
      machine: 'pc-q35-7.2',
      identitySource: 'libvirt',
      vcpus: vms[1]!.vcpus.map(({ tid }, id) => ({ id, tid })),
      disks: [
        { device: 'vda', bus: 'virtio', cache: 'writeback', format: 'qcow2' },
        { device: 'sda', bus: 'sata', cache: 'none', format: 'raw' },
      ],
      nics: [
        { device: 'net0', model: 'e1000e', vhost: false },
        { device: 'tap1x0', model: 'virtio', vhost: true },
        { device: 'tap1x1', model: 'virtio', vhost: false },
      ],
      memoryMaxBytes: 2 * 1024 ** 3,
      balloonBytes: 1024 ** 3,
    })
  })

  it('reads exits, threads and memory', async () => {
    const { host, vms } = hostOf()
    const snapshot = await host.snapshot()
    const vm = vms[2]!
    expect(snapshot.exits().value.get(vm.pid)).toEqual({
      pid: vm.pid,
      io: vm.io,
      exceptions: vm.exceptions,
      kernelSwitches: vm.kernelSwitches,
      userspaceSwitches: vm.userspaceSwitches,
      signalReturns: vm.signalReturns,
      kernelNs: vm.kernelNs,
      haltNs: vm.haltNs,
      userspaceNs: vm.userspaceNs,
      reasons: new Map(vm.reasons),
    })
    const thread = vm.vcpus[1]!
    expect(snapshot.vcpuTasks().value.size).toBe(6)
    expect(snapshot.vcpuTasks().value.get(thread.tid)).toMatchObject({
      cpuNs: thread.execNs,
      runDelayNs: thread.runDelayNs,
      voluntarySwitches: thread.voluntarySwitches,
    })
    expect(snapshot.vmMemory().value.get(vms[0]!.pid)).toEqual({
      pid: vms[0]!.pid,
      residentBytes: vms[0]!.residentKib * 1024,
      hugetlbBytes: 2 * 1024 ** 3,
    })
  })

  it('reads the host', async () => {
    const snapshot = await hostOf().host.snapshot()
    expect(snapshot.memory().value.get('MemTotal')).toBe(263_851_264 * 1024)
    expect(snapshot.memory().value.get('HugePages_Total')).toBe(2049)
    expect(snapshot.hugePages().value).toEqual([
      { pageBytes: 2 * 1024 ** 2, node: 0, total: 1024, free: 512, surplus: 0 },
      { pageBytes: 1024 ** 3, node: 0, total: 4, free: 1, surplus: 0 },
      { pageBytes: 2 * 1024 ** 2, node: 1, total: 1025, free: 512, surplus: 1 },
      { pageBytes: 1024 ** 3, node: 1, total: 4, free: 1, surplus: 0 },
    ])
    expect(snapshot.ksm().value.get('pages_sharing')).toBe(90_000)
    expect(snapshot.pressure().value[0]).toEqual({ resource: 'cpu', someUs: 53_956_705, fullUs: 0 })
    expect(snapshot.cpuTime().value[1]?.seconds.get('steal')).toBe(11.28)
    expect(snapshot.bootTime().value).toBe(1_795_404_403)
  })

  it('shows no CPU time that steps back from one look to the next', async () => {
    const { host, path } = hostOf()
    const stat = readFileSync(path('proc/stat'), 'utf8')
    const iowait = async (ticks: number) => {
      writeFileSync(path('proc/stat'), stat.replace(/^(cpu1(?: \d+){4}) \d+/m, `$1 ${ticks}`))
      return (await host.snapshot()).cpuTime().value[1]?.seconds.get('iowait')
    }
    expect(await iowait(5_000)).toBe(50)
    expect(await iowait(4_998)).toBe(50)
    expect(await iowait(5_001)).toBe(50.01)
  })

  it('uses the best source of each fact and has others at hand', async () => {
    expect(await states(hostOf().host)).toEqual({
      'exits module': 'in-use',
      'exits debugfs': 'standby',
      'exits qmp': 'unavailable',
      'exits libvirt': 'unavailable',
      'threads taskinfo': 'in-use',
      'threads procfs': 'standby',
      'identity libvirt-status': 'in-use',
      'identity cmdline': 'standby',
    })
  })

  it('reads a part once, and only when asked', async () => {
    const { host, path } = hostOf()
    const snapshot = await host.snapshot()
    const first = snapshot.memory()
    rmSync(path('proc/meminfo'))
    expect(snapshot.memory()).toBe(first)
    rmSync(path('sys/kernel/mm/ksm'), { recursive: true })
    expect(() => snapshot.ksm()).toThrow(expect.objectContaining({ code: 'SOURCE_ABSENT' }))
    mkdirSync(path('sys/kernel/mm/ksm'))
    expect(() => snapshot.ksm()).toThrow(expect.objectContaining({ code: 'SOURCE_ABSENT' }))
  })
})

describe('what falls back', () => {
  it('threads: /proc/<pid>/task says what /proc/taskinfo says', async () => {
    const { host, path } = hostOf()
    const before = (await host.snapshot()).vcpuTasks().value
    rmSync(path('proc/taskinfo'))
    const snapshot = await host.snapshot()
    expect(snapshot.vcpuTasks().problems).toEqual([])
    for (const [tid, task] of snapshot.vcpuTasks().value) {
      // stat gives start times in steps of 10 ms.
      expect(task).toEqual({ ...before.get(tid), startNs: Math.floor(before.get(tid)!.startNs / 1e7) * 1e7 })
    }
    expect(snapshot.vcpuTasks().value.size).toBe(before.size)
  })

  it('identity: the command line names the VM and its devices', async () => {
    const { host, vms } = hostOf({ libvirt: false })
    const { value } = (await host.snapshot()).vms()
    expect(value[0]).toMatchObject({ label: 'vm-0000', uuid: vms[0]!.uuid, identitySource: 'cmdline' })
    expect(value[0]!.nics[1]).toEqual({ device: 'net1', model: 'virtio', vhost: true })
    expect(await states(host)).toMatchObject({
      'identity libvirt-status': 'unavailable',
      'identity cmdline': 'in-use',
    })
  })

  it.each([
    ['libvirt', {}],
    ['the module', { libvirt: false, debugfs: false }],
    ['debugfs', { libvirt: false, kvminfo: false }],
  ])(
    'identity: a VM that %s shows keeps its name, whatever another process calls itself',
    async (_, options) => {
      const { host, path, vms } = hostOf({ others: 1, ...options })
      writeFileSync(path('proc/300/cmdline'), 'qemu-system-x86_64\0-enable-kvm\0-name\0vm-0001\0')
      const { value } = (await host.snapshot()).vms()
      expect(value.map(({ pid, label }) => [pid, label])).toEqual([
        [300, 'vm-0001@300'],
        ...vms.map(({ pid, name }) => [pid, name]),
      ])
    },
  )

  it('vCPUs: thread names tell them where neither module nor libvirt does', async () => {
    const { host, vms } = hostOf({ libvirt: false, kvminfo: false, taskinfo: false })
    expect((await host.snapshot()).vms().value[0]!.vcpus).toEqual(
      vms[0]!.vcpus.map(({ tid }, id) => ({ id, tid })),
    )
  })

  it('exits: debugfs tells what the module told, from zero on, until it is loaded again', async () => {
    const { host, path, vms } = hostOf()
    const pid = vms[0]!.pid
    const debugfs = (name: string) => path(`sys/kernel/debug/kvm/${pid}-11/${name}`)
    const add = (name: string, count: number) =>
      writeFileSync(debugfs(name), `${Number(readFileSync(debugfs(name), 'utf8')) + count}\n`)
    const exits = async () => (await host.snapshot()).exits().value.get(pid)!

    expect((await exits()).kernelSwitches).toBe(vms[0]!.kernelSwitches)
    rmSync(path('proc/kvminfo'))
    expect(await exits()).toMatchObject({
      io: 0,
      kernelSwitches: 0,
      userspaceSwitches: 0,
      exceptions: undefined,
    })
    expect(await states(host)).toMatchObject({ 'exits module': 'unavailable', 'exits debugfs': 'in-use' })
    add('exits', 1_000)
    add('fpu_reload', 105)
    add('signal_exits', 5)
    add('io_exits', 70)
    expect(await exits()).toMatchObject({
      io: 70,
      kernelSwitches: 900,
      userspaceSwitches: 100,
      signalReturns: 5,
    })
    writeFileSync(
      path('proc/kvminfo'),
      kvminfoText([{ ...vms[0]!, io: 2, kernelSwitches: 30, userspaceSwitches: 4 }]),
    )
    expect(await exits()).toMatchObject({ io: 2, kernelSwitches: 30, userspaceSwitches: 4 })
    expect(await states(host)).toMatchObject({ 'exits module': 'in-use' })
  })

  it('exits: a module that could not be read begins at zero when it can: debugfs has told what it counted', async () => {
    const { host, path, vms } = hostOf({ vms: 1 })
    const ours = readFileSync(path('proc/kvminfo'), 'utf8')
    writeFileSync(path('proc/kvminfo'), ours.replace('kvminfo 1', 'kvminfo 2'))
    const io = async () => (await host.snapshot()).exits().value.get(vms[0]!.pid)?.io
    expect(await io()).toBe(0)
    writeFileSync(path('proc/kvminfo'), ours)
    expect(await io()).toBe(0)
    writeFileSync(path('proc/kvminfo'), kvminfoText([{ ...vms[0]!, io: vms[0]!.io + 5 }]))
    expect(await io()).toBe(5)
  })

  it.each([
    ['of another release', 'kvminfo 1', 'kvminfo 2', 'SOURCE_VERSION'],
    ['that is none of ours', 'kvminfo 1', 'something else', 'SOURCE_MALFORMED'],
  ])('exits: a module %s falls back too, and stays a problem', async (_, ours, other, code) => {
    const { host, path } = hostOf()
    writeFileSync(path('proc/kvminfo'), readFileSync(path('proc/kvminfo'), 'utf8').replace(ours, other))
    const snapshot = await host.snapshot()
    const { value, problems } = snapshot.exits()
    expect(value.size).toBe(3)
    expect(problems).toMatchObject([{ error: { code } }])
    const module = snapshot.sources().value.find(({ source }) => source === 'module')
    expect(module).toMatchObject({ state: 'unavailable', code })
    expect(module?.remedy).toBe(
      code === 'SOURCE_VERSION' ? 'sudo npm run kmod:install, in a clone of this release' : undefined,
    )
  })

  it.each([
    ['empty', 'SOURCE_MALFORMED', (file: string) => writeFileSync(file, '')],
    ['in error', 'SOURCE_FAILED', (file: string) => mkdirSync(file)],
  ])(
    'exits: a module’s file that is %s once leaves a gap and no other source’s counts',
    async (_, code, spoil) => {
      const { host, path, vms } = hostOf()
      const file = path('proc/kvminfo')
      const good = readFileSync(file)
      const io = async () => (await host.snapshot()).exits().value.get(vms[1]!.pid)?.io
      expect(await io()).toBe(vms[1]!.io)
      rmSync(file)
      spoil(file)
      for (let look = 0; look < 3; look++) {
        const snapshot = await host.snapshot()
        expect(() => snapshot.exits()).toThrow(expect.objectContaining({ code }))
        expect(await states(host)).toMatchObject({
          'exits module': 'unavailable',
          'exits debugfs': 'standby',
        })
        expect(snapshot.vms().value).toHaveLength(3)
      }
      rmSync(file, { recursive: true })
      writeFileSync(file, good)
      expect(await io()).toBe(vms[1]!.io)
      // A module that was taken out is another matter, and so is one that is broken from the start.
      rmSync(file)
      expect(await io()).toBe(0)
      spoil(file)
      const snapshot = await host.snapshot()
      expect(snapshot.exits().problems).toMatchObject([{ subject: file, error: { code } }])
      expect(snapshot.exits().value.size).toBe(3)
    },
  )

  it('exits: with no source at all the module’s error says so', async () => {
    const { host } = hostOf({ kvminfo: false, debugfs: false })
    const snapshot = await host.snapshot()
    expect(() => snapshot.exits()).toThrow('the kvminfo module is not loaded')
    expect(snapshot.sources().value.find(({ source }) => source === 'module')).toMatchObject({
      state: 'unavailable',
      remedy:
        'modprobe kvminfo; if it is not installed: sudo npm run kmod:install, in a clone of this release',
    })
  })

  it('exits: where no VM runs, no source is missed', async () => {
    const { host } = hostOf({ vms: 0, kvminfo: false, debugfs: false })
    expect((await host.snapshot()).exits()).toMatchObject({ value: new Map(), problems: [] })
  })

  it('what this user may not read: the rest is still told, with a remedy', async () => {
    const { host, root, path } = hostOf({ libvirt: true })
    for (const file of [
      'proc/kvminfo',
      'proc/taskinfo',
      'sys/kernel/debug',
      'run/libvirt/qemu/vm-0000.xml',
    ]) {
      const mode = file.endsWith('debug') ? 0o700 : 0o600
      chmodSync(path(file), mode)
    }
    const snapshot = await asNobody(root, async () => {
      const taken = await host.snapshot()
      taken.vcpuTasks()
      taken.sources()
      return taken
    })
    if (process.geteuid!() !== 0) return
    expect(snapshot.vms().value.map((vm) => [vm.label, vm.identitySource])).toEqual([
      ['vm-0000', 'cmdline'],
      ['vm-0001', 'libvirt'],
      ['vm-0002', 'libvirt'],
    ])
    expect(snapshot.vcpuTasks().value.size).toBe(6)
    expect(() => snapshot.exits()).toThrow(expect.objectContaining({ code: 'SOURCE_DENIED' }))
    const denied = snapshot
      .sources()
      .value.filter(({ source }) => source === 'module' || source === 'debugfs')
    expect(denied.map(({ remedy }) => remedy)).toEqual([
      'usermod -a -G kvminfo USER, with the user this program runs as, and restart it',
      'run this program as root, where the kernel is not locked down',
    ])
  })
})

describe('what cannot be read leaves the rest', () => {
  it('/proc/uptime: all that counts is told, and that it may begin at zero where it need not', async () => {
    const { host, path, vms } = hostOf()
    rmSync(path('proc/uptime'))
    const { value, problems } = (await host.snapshot()).exits()
    expect(value.get(vms[2]!.pid)?.io).toBe(vms[2]!.io)
    expect(problems).toMatchObject([{ subject: path('proc/uptime'), error: { code: 'SOURCE_ABSENT' } }])
  })

  it('the processes: the host is told, and VMs are at the next look as they were', async () => {
    const { host, path, root, vms } = hostOf({ taskinfo: false })
    await host.snapshot()
    chmodSync(path('proc'), 0o311)
    const snapshot = await asNobody(root, () => host.snapshot())
    if (process.geteuid!() !== 0) return
    expect(() => snapshot.vms()).toThrow(expect.objectContaining({ code: 'SOURCE_DENIED' }))
    expect(() => snapshot.exits()).toThrow(expect.objectContaining({ code: 'SOURCE_DENIED' }))
    expect(snapshot.memory().value.get('MemTotal')).toBe(263_851_264 * 1024)
    chmodSync(path('proc'), 0o755)
    expect((await host.snapshot()).vms().value.map(({ label }) => label)).toEqual(vms.map(({ name }) => name))
  })
})

describe('VMs that come and go', () => {
  it('one that ends between two looks is gone', async () => {
    const { host, path, vms } = hostOf({ taskinfo: false, kvminfo: false })
    await host.snapshot()
    rmSync(path(`proc/${vms[0]!.pid}`), { recursive: true })
    expect((await host.snapshot()).vms().value.map(({ label }) => label)).toEqual(['vm-0001', 'vm-0002'])
  })

  it('one that ends while it is read costs its own series', async () => {
    const { host, path, vms } = hostOf({ taskinfo: false })
    const snapshot = await host.snapshot()
    rmSync(path(`proc/${vms[1]!.pid}`), { recursive: true })
    for (const part of [snapshot.vmMemory(), snapshot.vcpuTasks()]) {
      expect(new Set(part.problems.map(({ error }) => 'code' in error && error.code))).toEqual(
        new Set(['VM_VANISHED']),
      )
    }
    expect([...snapshot.vmMemory().value.keys()]).toEqual([vms[0]!.pid, vms[2]!.pid])
    expect(snapshot.vcpuTasks().value.size).toBe(4)
  })

  it('one that has given back its memory is ending, not malformed', async () => {
    const { host, path, vms } = hostOf({ vms: 1 })
    writeFileSync(path(`proc/${vms[0]!.pid}/status`), 'Name:\tqemu\nState:\tZ (zombie)\n')
    expect((await host.snapshot()).vmMemory().problems).toMatchObject([{ error: { code: 'VM_VANISHED' } }])
  })

  it('a torn /proc/kvminfo costs the row that was torn', async () => {
    const { host, path, vms } = hostOf()
    const { length } = readFileSync(path('proc/kvminfo'))
    truncateSync(path('proc/kvminfo'), length - 30)
    const { value, problems } = (await host.snapshot()).exits()
    expect([...value.keys()]).toEqual([vms[0]!.pid, vms[1]!.pid])
    expect(problems).toMatchObject([{ error: { code: 'SOURCE_MALFORMED' } }])
  })

  it('a row of an earlier process with a VM’s pid is not that VM’s', async () => {
    const { host, path, vms } = hostOf({ vms: 2 })
    const ended = { ...vms[0]!, startNs: vms[0]!.startNs - 5e9, io: 12_345 }
    writeFileSync(path('proc/kvminfo'), kvminfoText([ended, vms[1]!]))
    const snapshot = await host.snapshot()
    expect(snapshot.vms().value).toHaveLength(2)
    expect([...snapshot.exits().value]).toMatchObject([[vms[1]!.pid, { io: vms[1]!.io }]])
  })

  it('rows of processes that are no more make no VM, as the thesis’s table keeps them', async () => {
    const { host, path, vms } = hostOf({ vms: 2 })
    const title = 'index PID io_num exception_num kvm_vm_switch_num kvm_qemu_switch_num'
    writeFileSync(path('proc/kvminfo'), `${title}\n  1, 99999, 1, 0, 2, 3\n`)
    appendFileSync(path('proc/kvminfo'), `  2, ${vms[0]!.pid}, 5, 0, 6, 7\n`)
    const snapshot = await host.snapshot()
    expect(snapshot.vms().value.map(({ pid }) => pid)).toEqual([vms[0]!.pid, vms[1]!.pid])
    expect([...snapshot.exits().value]).toMatchObject([
      [vms[0]!.pid, { io: 5, kernelSwitches: 6, userspaceSwitches: 7 }],
    ])
  })
})

it('is the same host for many VMs as for few', async () => {
  const { host, vms } = hostOf({ vms: 20, vcpus: 4, debugfs: false })
  // On a busy machine it may take more than one look to identify them all.
  const snapshot = await vi.waitFor(
    async () => {
      const taken = await host.snapshot()
      expect(taken.vms().value.map(({ label }) => label)).toEqual(vms.map(({ name }) => name))
      return taken
    },
    { timeout: 15_000 },
  )
  expect(snapshot.vcpuTasks().value.size).toBe(80)
  expect(snapshot.exits().value.size).toBe(20)
})
