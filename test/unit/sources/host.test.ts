// The whole host: every source at once on a tree of files.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hostOf, states } from '../../helpers/host-on-files.ts'

describe('a host with modules and libvirt', () => {
  it('lists its VMs', async () => {
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
      state: 'paused',
      owner: undefined,
      identitySource: 'libvirt',
      vcpus: vms[1]!.vcpus.map(({ tid }, id) => ({ id, tid })),
      disks: [
        { device: 'virtio-disk0', target: 'vda', bus: 'virtio', cache: 'writeback', format: 'qcow2' },
        { device: 'sata0-0-0', target: 'sda', bus: 'sata', cache: 'none', format: 'raw' },
      ],
      nics: [
        { device: 'net0', model: 'e1000e', vhost: false },
        { device: 'net1', target: 'tap1x0', model: 'virtio', vhost: true },
        { device: 'net2', target: 'tap1x1', model: 'virtio', vhost: false },
      ],
      hostDevices: [],
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
      reasonNs: new Map(vm.reasonNs),
      userspaceReasons: new Map(vm.userspaceReasons.map(([name, count, ns]) => [name, { count, ns }])),
      // The VM was already running at the first sample, and the page that it accessed has no name.
      devices: new Map([
        ['ide-primary', { count: 0, ns: 0 }],
        ['serial0', { count: 0, ns: 0 }],
      ]),
    })
    const [first] = vm.vcpus
    expect(snapshot.vcpuExits().value.get(first!.tid)).toMatchObject({
      io: Math.floor(vm.io / 2),
      userspaceNs: Math.floor(vm.userspaceNs / 2),
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

  it('reads the data of the host itself', async () => {
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

  it('shows no CPU time that falls from one snapshot to the next', async () => {
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

  it('uses the best source of each fact and has others on standby', async () => {
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

  it('reads each part once, on first use', async () => {
    const { host, path } = hostOf()
    const snapshot = await host.snapshot()
    const first = snapshot.memory()
    rmSync(path('proc/meminfo'))
    expect(snapshot.memory()).toBe(first)
    rmSync(path('sys/kernel/mm/ksm'), { recursive: true })
    expect(() => snapshot.ksm()).toThrow(expect.objectContaining({ code: 'NOT_SUPPORTED' }))
    mkdirSync(path('sys/kernel/mm/ksm'))
    expect(() => snapshot.ksm()).toThrow(expect.objectContaining({ code: 'NOT_SUPPORTED' }))
  })
})
