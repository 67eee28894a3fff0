// VMs of programs other than QEMU, on a host without the module: only KVM's debugfs shows them.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHost } from '../../../../src/sources/host.ts'
import { writeFixtureTree } from '../../../helpers/fixture-tree.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

/** Two VMs with two vCPUs each, whose processes look like Firecracker. */
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
  it('is named after its pid and has the vCPU threads that KVM reports', async () => {
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
      hostDevices: [],
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

  it('is not searched for if the module is loaded', async () => {
    const { labels, proc } = hostOf({ kvminfo: true })
    const [titles, header] = readFileSync(proc('kvminfo'), 'utf8').split('\n')
    writeFileSync(proc('kvminfo'), `${titles}\n${header}\n`)
    expect(await labels()).toEqual([])
  })

  it('is shown without vCPUs on a kernel that does not report their threads', async () => {
    const { host, directories } = hostOf()
    for (const id of [0, 1]) {
      rmSync(join(directories[0]!, `vcpu${id}/pid`))
      writeFileSync(join(directories[0]!, `vcpu${id}/tsc-offset`), '-12345\n')
    }
    const { value } = (await host.snapshot()).vms()
    expect(value.map(({ vcpus }) => vcpus.length)).toEqual([0, 2])
  })

  it('is shown without a vCPU whose thread is unknown because it has not run yet or is not a number', async () => {
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

describe('the process of a VM in debugfs', () => {
  it('is found if another of its threads created the VM', async () => {
    const { labels, kvm, proc, vms, directories } = hostOf()
    const creator = vms[0]!.emulator[1]!.tid
    renameSync(directories[0]!, kvm(`${creator}-11`))
    mkdirSync(proc(creator))
    writeFileSync(proc(creator, 'status'), `Name:\tvmm\nTgid:\t${vms[0]!.pid}\n`)
    expect(await labels()).toEqual(vms.map(({ pid }) => `pid-${pid}`))
  })

  it('is found by the first vCPU if the thread that created the VM has ended', async () => {
    const { labels, kvm, proc, vms, directories } = hostOf()
    renameSync(directories[0]!, kvm('9999-11'))
    expect(await labels()).toEqual([`pid-${vms[1]!.pid}`])
    mkdirSync(proc(vms[0]!.vcpus[0]!.tid))
    writeFileSync(proc(vms[0]!.vcpus[0]!.tid, 'status'), `Name:\tfc_vcpu 0\nTgid:\t${vms[0]!.pid}\n`)
    expect(await labels()).toEqual(vms.map(({ pid }) => `pid-${pid}`))
  })

  it('is not a later process with the number of the thread that created the VM', async () => {
    const { labels, kvm, vms, directories } = hostOf()
    // 300 is a service of the host. None of the vCPU threads belongs to it.
    renameSync(directories[0]!, kvm('300-11'))
    expect(await labels()).toEqual([`pid-${vms[1]!.pid}`])
  })

  it('can have several VMs, whose counts are added up', async () => {
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

  it('is not shown for a VM without a vCPU, which QEMU creates to find out what KVM can do', async () => {
    const { labels, vms, directories } = hostOf()
    for (const id of [0, 1]) rmSync(join(directories[0]!, `vcpu${id}`), { recursive: true })
    expect(await labels()).toEqual([`pid-${vms[1]!.pid}`])
  })
})

describe('a problem with one VM costs only that VM', () => {
  it('if its process has ended but KVM still lists it', async () => {
    const { host, proc, vms } = hostOf()
    rmSync(proc(vms[0]!.pid), { recursive: true })
    const snapshot = await host.snapshot()
    expect(snapshot.vms()).toMatchObject({ value: [{ pid: vms[1]!.pid }], problems: [] })
    expect(snapshot.exits()).toMatchObject({ problems: [] })
    expect([...snapshot.exits().value.keys()]).toEqual([vms[1]!.pid])
  })

  it('if KVM drops it after it was listed and before its counts are read', async () => {
    const { host, vms, directories } = hostOf()
    const snapshot = await host.snapshot()
    expect(snapshot.vms().value).toHaveLength(2)
    rmSync(directories[1]!, { recursive: true })
    expect(snapshot.exits().problems).toMatchObject([
      { subject: directories[1], error: { code: 'VM_VANISHED' } },
    ])
    expect([...snapshot.exits().value.keys()]).toEqual([vms[0]!.pid])
  })

  it('if a count is not a number', async () => {
    const { host, vms, directories } = hostOf()
    writeFileSync(join(directories[1]!, 'io_exits'), 'many\n')
    const snapshot = await host.snapshot()
    expect(snapshot.vms().value).toHaveLength(2)
    expect(snapshot.exits().problems).toMatchObject([{ error: { code: 'SOURCE_MALFORMED' } }])
    expect([...snapshot.exits().value.keys()]).toEqual([vms[0]!.pid])
  })

  it('if the first VM that KVM lists is half created or ending', async () => {
    const { host, kvm, vms } = hostOf()
    mkdirSync(kvm('1-3'))
    const snapshot = await host.snapshot()
    expect(snapshot.exits()).toMatchObject({ problems: [] })
    expect([...snapshot.exits().value.keys()]).toEqual(vms.map(({ pid }) => pid))
    const debugfs = snapshot.sources().value.find(({ source }) => source === 'debugfs')
    expect(debugfs?.state).toBe('in-use')
  })

  it('and debugfs stays in use if no VM that KVM lists has counts yet', async () => {
    const { host, directories } = hostOf()
    for (const directory of directories) rmSync(join(directory, 'exits'))
    const snapshot = await host.snapshot()
    expect(snapshot.exits().problems.map(({ subject }) => subject)).toEqual(directories)
    const debugfs = snapshot.sources().value.find(({ source }) => source === 'debugfs')
    expect(debugfs?.state).toBe('in-use')
  })
})
