// The whole host: the fallbacks for a source that is not available.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { asNobody } from '../../helpers/as-nobody.ts'
import { kvminfoText } from '../../helpers/fixture-tree/modules.ts'
import { hostOf, states } from '../../helpers/host-on-files.ts'

describe('fallbacks', () => {
  it('threads: /proc/<pid>/task gives the same data as /proc/taskinfo', async () => {
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
    'identity: a VM that %s knows keeps its name when another process uses the same name',
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

  it('vCPUs: thread names identify them without the module and libvirt', async () => {
    const { host, vms } = hostOf({ libvirt: false, kvminfo: false, taskinfo: false })
    expect((await host.snapshot()).vms().value[0]!.vcpus).toEqual(
      vms[0]!.vcpus.map(({ tid }, id) => ({ id, tid })),
    )
  })

  it('exits: debugfs replaces the module, starting at zero, until the module is loaded again', async () => {
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

  it('exits: a module that becomes readable starts at zero, because debugfs has shown its counts', async () => {
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
    ['in another version', 'kvminfo 1', 'kvminfo 2', 'SOURCE_VERSION'],
    ['in a foreign format', 'kvminfo 1', 'something else', 'SOURCE_MALFORMED'],
  ])('exits: a file %s leads to the fallback too, and remains a problem', async (_, ours, other, code) => {
    const { host, path } = hostOf()
    writeFileSync(path('proc/kvminfo'), readFileSync(path('proc/kvminfo'), 'utf8').replace(ours, other))
    const snapshot = await host.snapshot()
    const { value, problems } = snapshot.exits()
    expect(value.size).toBe(3)
    expect(problems).toMatchObject([{ error: { code } }])
    const module = snapshot.sources().value.find(({ source }) => source === 'module')
    expect(module).toMatchObject({ state: 'unavailable', code })
    expect(module?.remedy).toBe(
      code === 'SOURCE_VERSION'
        ? 'install the package kvminfo-dkms, or run sudo npm run kmod:install in a clone of this release'
        : undefined,
    )
  })

  it.each([
    ['is empty', 'SOURCE_MALFORMED', (file: string) => writeFileSync(file, '')],
    ['cannot be read', 'SOURCE_FAILED', (file: string) => mkdirSync(file)],
  ])(
    'exits: a module’s file that %s for a while leaves a gap and is not replaced by another source',
    async (_, code, spoil) => {
      const { host, path, vms } = hostOf()
      const file = path('proc/kvminfo')
      const good = readFileSync(file)
      const io = async () => (await host.snapshot()).exits().value.get(vms[1]!.pid)?.io
      expect(await io()).toBe(vms[1]!.io)
      rmSync(file)
      spoil(file)
      for (let count = 0; count < 3; count++) {
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
      // A module that was unloaded is replaced, and so is one whose file is broken from the start.
      rmSync(file)
      expect(await io()).toBe(0)
      spoil(file)
      const snapshot = await host.snapshot()
      expect(snapshot.exits().problems).toMatchObject([{ subject: file, error: { code } }])
      expect(snapshot.exits().value.size).toBe(3)
    },
  )

  it('exits: without any source, the error is that of the module', async () => {
    const { host } = hostOf({ kvminfo: false, debugfs: false })
    const snapshot = await host.snapshot()
    expect(() => snapshot.exits()).toThrow('the kvminfo module is not loaded')
    expect(snapshot.sources().value.find(({ source }) => source === 'module')).toMatchObject({
      state: 'unavailable',
      remedy:
        'modprobe kvminfo; if it is not installed: install the package kvminfo-dkms, or run sudo npm run kmod:install in a clone of this release',
    })
  })

  it('exits: without VMs, a missing source is not a problem', async () => {
    const { host } = hostOf({ vms: 0, kvminfo: false, debugfs: false })
    expect((await host.snapshot()).exits()).toMatchObject({ value: new Map(), problems: [] })
  })

  it('permissions: the rest is still shown if this user may not read some files, with remedies', async () => {
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
      'usermod -a -G kvminfo USER (the user that runs this program), then restart the program',
      'run this program as root, if the kernel is not locked down',
    ])
  })
})
