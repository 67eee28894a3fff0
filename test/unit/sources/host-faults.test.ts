// The whole host: a file that cannot be read, or a VM that ends while it is read, costs only its own data.
import { appendFileSync, chmodSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { asNobody } from '../../helpers/as-nobody.ts'
import { kvminfoText } from '../../helpers/fixture-tree/modules.ts'
import { hostOf } from '../../helpers/host-on-files.ts'

describe('a file that cannot be read leaves the rest', () => {
  it('/proc/uptime: the counts are shown, with the problem that some may start at zero without need', async () => {
    const { host, path, vms } = hostOf()
    rmSync(path('proc/uptime'))
    const { value, problems } = (await host.snapshot()).exits()
    expect(value.get(vms[2]!.pid)?.io).toBe(vms[2]!.io)
    expect(problems).toMatchObject([{ subject: path('proc/uptime'), error: { code: 'SOURCE_ABSENT' } }])
  })

  it('the list of processes: the host is shown, and the next snapshot has the VMs again', async () => {
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
  it('one that ends between two snapshots is gone', async () => {
    const { host, path, vms } = hostOf({ taskinfo: false, kvminfo: false })
    await host.snapshot()
    rmSync(path(`proc/${vms[0]!.pid}`), { recursive: true })
    expect((await host.snapshot()).vms().value.map(({ label }) => label)).toEqual(['vm-0001', 'vm-0002'])
  })

  it('one that ends while it is read loses only its own series', async () => {
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

  it('one that has released its memory is ending, not malformed', async () => {
    const { host, path, vms } = hostOf({ vms: 1 })
    writeFileSync(path(`proc/${vms[0]!.pid}/status`), 'Name:\tqemu\nState:\tZ (zombie)\n')
    expect((await host.snapshot()).vmMemory().problems).toMatchObject([{ error: { code: 'VM_VANISHED' } }])
  })

  it('an incomplete /proc/kvminfo costs only the incomplete row', async () => {
    const { host, path, vms } = hostOf()
    const { length } = readFileSync(path('proc/kvminfo'))
    truncateSync(path('proc/kvminfo'), length - 30)
    const { value, problems } = (await host.snapshot()).exits()
    expect([...value.keys()]).toEqual([vms[0]!.pid, vms[1]!.pid])
    expect(problems).toMatchObject([{ error: { code: 'SOURCE_MALFORMED' } }])
  })

  it('a row of an earlier process with the pid of a VM is not used for that VM', async () => {
    const { host, path, vms } = hostOf({ vms: 2 })
    const ended = { ...vms[0]!, startNs: vms[0]!.startNs - 5e9, io: 12_345 }
    writeFileSync(path('proc/kvminfo'), kvminfoText([ended, vms[1]!]))
    const snapshot = await host.snapshot()
    expect(snapshot.vms().value).toHaveLength(2)
    expect([...snapshot.exits().value]).toMatchObject([[vms[1]!.pid, { io: vms[1]!.io }]])
  })

  it('rows of processes that have ended, which the table of the thesis keeps, give no VM', async () => {
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

it('identifies many VMs, too', async () => {
  const { host, vms } = hostOf({ vms: 20, vcpus: 4, debugfs: false })
  // On a busy machine it may take more than one snapshot to identify them all.
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
