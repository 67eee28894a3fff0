// VMs of programs that are no QEMU, on a host without the module: only KVM's debugfs knows of them.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHost } from '../../../../src/sources/host.ts'
import { writeFixtureTree } from '../../../helpers/fixture-tree.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

/** Two VMs of two vCPUs, started as Firecracker is. */
function hostOf(options: { kvminfo?: boolean } = {}) {
  const root = scratchDirectory()
  const absent = { kvminfo: false, taskinfo: false, libvirt: false }
  const tree = writeFixtureTree(root, { vms: 2, vcpus: 2, others: 3, ...absent, ...options })
  const proc = (...parts: (string | number)[]) => join(tree.paths.procfs, parts.join('/'))
  const kvm = (...parts: (string | number)[]) => join(tree.paths.sysfs, 'kernel/debug/kvm', parts.join('/'))
  for (const { pid, vcpus } of tree.vms) {
    writeFileSync(proc(pid, 'cmdline'), '/usr/bin/firecracker\0--id\0a\0')
    writeFileSync(
      proc(pid, 'stat'),
      readFileSync(proc(pid, 'stat'), 'utf8').replace(/\(.*\)/, '(firecracker)'),
    )
    for (const [id, { tid }] of vcpus.entries())
      writeFileSync(proc(pid, 'task', tid, 'comm'), `fc_vcpu ${id}\n`)
  }
  const host = createHost(tree.paths, { facts: () => undefined, close() {} })
  onTestFinished(() => host.close())
  return {
    host,
    proc,
    kvm,
    directories: tree.vms.map(({ pid }) => kvm(`${pid}-11`)),
    vms: tree.vms,
    labels: async () => (await host.snapshot()).vms().value.map(({ label }) => label),
  }
}

const addTo = (file: string, count: number) =>
  writeFileSync(file, `${Number(readFileSync(file, 'utf8')) + count}\n`)

describe('a VM that only debugfs shows', () => {
  it('is called by its pid and has the vCPU threads that KVM names', async () => {
    const { host, vms } = hostOf()
    const { value, problems } = (await host.snapshot()).vms()
    expect(problems).toEqual([])
    expect(value[1]).toEqual({
      label: `pid-${vms[1]!.pid}`,
      pid: vms[1]!.pid,
      startNs: Math.floor(vms[1]!.startNs / 1e7) * 1e7,
      uuid: undefined,
      machine: undefined,
      identitySource: 'none',
      vcpus: vms[1]!.vcpus.map(({ tid }, id) => ({ id, tid })),
      disks: [],
      nics: [],
      memoryMaxBytes: undefined,
      balloonBytes: undefined,
    })
    expect(value).toHaveLength(2)
  })

  it('has its exits and the scheduling of its threads', async () => {
    const { host, vms, directories } = hostOf()
    await host.snapshot().then((snapshot) => snapshot.exits())
    addTo(join(directories[0]!, 'exits'), 50)
    const snapshot = await host.snapshot()
    expect(snapshot.exits()).toMatchObject({ problems: [] })
    expect(snapshot.exits().value.get(vms[0]!.pid)?.kernelSwitches).toBe(50)
    expect(snapshot.vcpuTasks().value.get(vms[0]!.vcpus[1]!.tid)?.cpuNs).toBe(vms[0]!.vcpus[1]!.execNs)
    expect(snapshot.vcpuTasks().value.size).toBe(4)
  })

  it('is not looked for where there is a module', async () => {
    const { labels, proc } = hostOf({ kvminfo: true })
    const [titles, header] = readFileSync(proc('kvminfo'), 'utf8').split('\n')
    writeFileSync(proc('kvminfo'), `${titles}\n${header}\n`)
    expect(await labels()).toEqual([])
  })

  it('is shown without vCPUs on a kernel that does not name their threads', async () => {
    const { host, directories } = hostOf()
    for (const id of [0, 1]) {
      rmSync(join(directories[0]!, `vcpu${id}/pid`))
      writeFileSync(join(directories[0]!, `vcpu${id}/tsc-offset`), '-12345\n')
    }
    const { value } = (await host.snapshot()).vms()
    expect(value.map(({ vcpus }) => vcpus.length)).toEqual([0, 2])
  })

  it('is shown without a vCPU whose thread is not told: not run yet, or no number', async () => {
    const { host, directories, vms } = hostOf()
    writeFileSync(join(directories[0]!, 'vcpu1/pid'), '0\n')
    writeFileSync(join(directories[1]!, 'vcpu0/pid'), 'none\n')
    const { value } = (await host.snapshot()).vms()
    expect(value.map(({ vcpus }) => vcpus)).toEqual([
      [{ id: 0, tid: vms[0]!.vcpus[0]!.tid }],
      [{ id: 1, tid: vms[1]!.vcpus[1]!.tid }],
    ])
  })
})

describe('whose VM it is', () => {
  it('may have been made by another thread of the process', async () => {
    const { labels, kvm, proc, vms, directories } = hostOf()
    const maker = vms[0]!.emulator[1]!.tid
    renameSync(directories[0]!, kvm(`${maker}-11`))
    mkdirSync(proc(maker))
    writeFileSync(proc(maker, 'status'), `Name:\tvmm\nTgid:\t${vms[0]!.pid}\n`)
    expect(await labels()).toEqual(vms.map(({ pid }) => `pid-${pid}`))
  })

  it('is told by its first vCPU where the thread that made it has ended', async () => {
    const { labels, kvm, proc, vms, directories } = hostOf()
    renameSync(directories[0]!, kvm('9999-11'))
    expect(await labels()).toEqual([`pid-${vms[1]!.pid}`])
    mkdirSync(proc(vms[0]!.vcpus[0]!.tid))
    writeFileSync(proc(vms[0]!.vcpus[0]!.tid, 'status'), `Name:\tfc_vcpu 0\nTgid:\t${vms[0]!.pid}\n`)
    expect(await labels()).toEqual(vms.map(({ pid }) => `pid-${pid}`))
  })

  it('is not that of a later process with the number of the thread that made it', async () => {
    const { labels, kvm, vms, directories } = hostOf()
    // A service of the host, of which none of the vCPU threads is.
    renameSync(directories[0]!, kvm('300-11'))
    expect(await labels()).toEqual([`pid-${vms[1]!.pid}`])
  })

  it('is one process’s, however many it has: their counts add up', async () => {
    const { host, kvm, vms, directories } = hostOf()
    renameSync(directories[1]!, kvm(`${vms[0]!.pid}-23`))
    await host.snapshot().then((snapshot) => snapshot.exits())
    addTo(join(directories[0]!, 'io_exits'), 30)
    addTo(kvm(`${vms[0]!.pid}-23`, 'io_exits'), 4)
    const snapshot = await host.snapshot()
    expect(snapshot.vms().value.map(({ label }) => label)).toEqual([`pid-${vms[0]!.pid}`])
    expect(snapshot.vms().value[0]?.vcpus).toHaveLength(2)
    expect(snapshot.exits().value.get(vms[0]!.pid)?.io).toBe(34)
  })

  it('is nobody’s without a vCPU: QEMU makes such VMs to ask what KVM can do', async () => {
    const { labels, vms, directories } = hostOf()
    for (const id of [0, 1]) rmSync(join(directories[0]!, `vcpu${id}`), { recursive: true })
    expect(await labels()).toEqual([`pid-${vms[1]!.pid}`])
  })
})

describe('what is wrong with one VM costs that VM', () => {
  it('its process has ended, KVM still lists it', async () => {
    const { host, proc, vms } = hostOf()
    rmSync(proc(vms[0]!.pid), { recursive: true })
    const snapshot = await host.snapshot()
    expect(snapshot.vms()).toMatchObject({ value: [{ pid: vms[1]!.pid }], problems: [] })
    expect(snapshot.exits()).toMatchObject({ problems: [] })
    expect([...snapshot.exits().value.keys()]).toEqual([vms[1]!.pid])
  })

  it('KVM drops it between the look for VMs and the reading of its counts', async () => {
    const { host, vms, directories } = hostOf()
    const snapshot = await host.snapshot()
    expect(snapshot.vms().value).toHaveLength(2)
    rmSync(directories[1]!, { recursive: true })
    expect(snapshot.exits().problems).toMatchObject([
      { subject: directories[1], error: { code: 'VM_VANISHED' } },
    ])
    expect([...snapshot.exits().value.keys()]).toEqual([vms[0]!.pid])
  })

  it('a count is no number', async () => {
    const { host, vms, directories } = hostOf()
    writeFileSync(join(directories[1]!, 'io_exits'), 'many\n')
    const snapshot = await host.snapshot()
    expect(snapshot.vms().value).toHaveLength(2)
    expect(snapshot.exits().problems).toMatchObject([{ error: { code: 'SOURCE_MALFORMED' } }])
    expect([...snapshot.exits().value.keys()]).toEqual([vms[0]!.pid])
  })

  it('the first that KVM lists is half made, or ending: the others keep theirs', async () => {
    const { host, kvm, vms } = hostOf()
    mkdirSync(kvm('1-3'))
    const snapshot = await host.snapshot()
    expect(snapshot.exits()).toMatchObject({ problems: [] })
    expect([...snapshot.exits().value.keys()]).toEqual(vms.map(({ pid }) => pid))
    const debugfs = snapshot.sources().value.find(({ source }) => source === 'debugfs')
    expect(debugfs?.state).toBe('in-use')
  })

  it('none that KVM lists has counts yet: that is no reason not to look there', async () => {
    const { host, directories } = hostOf()
    for (const directory of directories) rmSync(join(directory, 'exits'))
    const snapshot = await host.snapshot()
    expect(snapshot.exits().problems.map(({ subject }) => subject)).toEqual(directories)
    const debugfs = snapshot.sources().value.find(({ source }) => source === 'debugfs')
    expect(debugfs?.state).toBe('in-use')
  })
})
