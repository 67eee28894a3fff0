// A recorded host: module, debugfs and QMP counted the same VM; /proc/taskinfo and /proc the same threads.
import { cpSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { exitsFrom } from '../../../src/sources/exits/kvm-statistics.ts'
import { createHost } from '../../../src/sources/host.ts'
import { parseQueryCpusFast, parseQueryStats } from '../../../src/sources/qmp/parse.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

const recording = fileURLToPath(new URL('../../fixtures/lab-6.12', import.meta.url))
const qmp = JSON.parse(readFileSync(join(recording, 'qmp.json'), 'utf8')) as { cpus: unknown; stats: unknown }
const pid = 204

function recordedHost() {
  const root = scratchDirectory()
  cpSync(recording, root, { recursive: true })
  const paths = { procfs: join(root, 'proc'), sysfs: join(root, 'sys'), rundir: join(root, 'run') }
  const host = createHost(paths, { facts: () => undefined, close() {} })
  onTestFinished(() => host.close())
  return { host, remove: (path: string) => rmSync(join(root, path)) }
}

describe('the VM', () => {
  it('is identified by its command line, and its vCPUs by the module', async () => {
    const { value, problems } = (await recordedHost().host.snapshot()).vms()
    expect(problems).toEqual([])
    expect(value).toEqual([
      {
        label: 'plain',
        pid,
        startNs: 33_673_595_675,
        uuid: undefined,
        machine: 'pc',
        identitySource: 'cmdline',
        vcpus: [
          { id: 0, tid: 208 },
          { id: 1, tid: 209 },
        ],
        disks: [{ device: 'ide0-hd0', bus: 'ide', channel: 0, cache: undefined, format: 'raw' }],
        nics: [{ device: 'nic0', model: 'e1000', vhost: false }],
        hostDevices: [],
        memoryMaxBytes: 64 * 1024 ** 2,
        balloonBytes: undefined,
      },
    ])
  })

  it('has the same vCPU threads from the module, QMP and thread names', async () => {
    const { host, remove } = recordedHost()
    const vcpus = parseQueryCpusFast(qmp.cpus)
    expect((await host.snapshot()).vms().value[0]?.vcpus).toEqual(vcpus)
    remove('proc/kvminfo')
    expect((await host.snapshot()).vms().value[0]?.vcpus).toEqual(vcpus)
    remove('proc/taskinfo')
    expect((await host.snapshot()).vms().value[0]?.vcpus).toEqual(vcpus)
  })
})

describe('exits', () => {
  it('come from the module', async () => {
    const exits = (await recordedHost().host.snapshot()).exits().value.get(pid)
    expect(exits).toMatchObject({
      io: 1_423,
      exceptions: 21_747,
      kernelSwitches: 44_996,
      userspaceSwitches: 1_294,
      signalReturns: 5,
      kernelNs: 26_022_710_898,
    })
    expect(exits?.reasons.get('io')).toBe(1_423)
    expect([...exits!.reasons.values()].reduce((sum, count) => sum + count)).toBe(44_996 + 1_294)
  })

  it('are the same in KVM’s statistics: all exits and I/O exits exactly, userspace exits to 3 in 1,294', async () => {
    const { value } = (await recordedHost().host.snapshot()).exits()
    const module = value.get(pid)!
    const fromQmp = exitsFrom(pid, parseQueryStats(qmp.stats)!)
    expect(fromQmp.io).toBe(module.io)
    expect(fromQmp.kernelSwitches + fromQmp.userspaceSwitches).toBe(
      module.kernelSwitches + module.userspaceSwitches,
    )
    expect(fromQmp.userspaceSwitches - module.userspaceSwitches).toBe(3)
  })

  it('are the same in debugfs and QMP', () => {
    const statistic = (name: string) =>
      Number(readFileSync(join(recording, `sys/kernel/debug/kvm/${pid}-12/${name}`), 'utf8'))
    expect(parseQueryStats(qmp.stats)).toEqual({
      exits: statistic('exits'),
      io_exits: statistic('io_exits'),
      signal_exits: statistic('signal_exits'),
      fpu_reload: statistic('fpu_reload'),
    })
  })
})

it('reads the same threads from /proc/taskinfo and from /proc/<pid>/task', async () => {
  const { host, remove } = recordedHost()
  const fast = (await host.snapshot()).vcpuTasks().value
  remove('proc/taskinfo')
  const slow = (await host.snapshot()).vcpuTasks().value
  expect([...fast.keys()]).toEqual([208, 209])
  for (const [tid, task] of slow) {
    expect({ ...task, startNs: undefined }).toEqual({ ...fast.get(tid), startNs: undefined })
    expect(Math.floor(fast.get(tid)!.startNs / 1e7)).toBe(task.startNs / 1e7)
  }
})

it('reads the host’s own files', async () => {
  const snapshot = await recordedHost().host.snapshot()
  expect(snapshot.memory().value.get('MemTotal')).toBeGreaterThan(2 * 1024 ** 3)
  expect(snapshot.pressure().value).toHaveLength(3)
  expect(snapshot.cpuTime().value.map(({ cpu }) => cpu)).toEqual([0, 1])
  expect(snapshot.vmMemory().value.get(pid)?.residentBytes).toBe(37_700 * 1024)
})
