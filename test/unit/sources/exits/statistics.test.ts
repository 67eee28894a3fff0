// Exits from KVM's statistics: the arithmetic, and the directories in debugfs.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Debugfs } from '../../../../src/sources/debugfs/read.ts'
import { exitsFrom } from '../../../../src/sources/exits/kvm-statistics.ts'
import { WholeFile } from '../../../../src/sources/whole-file.ts'
import { writeFixtureTree } from '../../../helpers/fixture-tree.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

describe('arithmetic', () => {
  it('subtracts forced returns from all returns, and userspace exits from all exits', () => {
    expect(exitsFrom(7, { exits: 72_178, fpu_reload: 61_770, signal_exits: 1, io_exits: 59_064 })).toEqual({
      pid: 7,
      io: 59_064,
      exceptions: undefined,
      kernelSwitches: 10_409,
      userspaceSwitches: 61_769,
      signalReturns: 1,
      kernelNs: undefined,
      haltNs: undefined,
      userspaceNs: undefined,
      reasons: new Map(),
    })
  })

  it('never goes below zero, although a vCPU that waits to be started returns without an exit', () => {
    expect(exitsFrom(7, { exits: 1, fpu_reload: 5, signal_exits: 2, io_exits: 0 })).toMatchObject({
      kernelSwitches: 0,
      userspaceSwitches: 3,
    })
    expect(exitsFrom(7, { exits: 0, fpu_reload: 1, signal_exits: 2, io_exits: 0 }).userspaceSwitches).toBe(0)
  })
})

describe('debugfs', () => {
  function tree() {
    const root = scratchDirectory()
    const { paths, vms } = writeFixtureTree(root, { vms: 2, vcpus: 2, others: 0 })
    const pids = vms.map(({ pid }) => pid)
    const debugfs = new Debugfs(paths.sysfs, paths.procfs, new WholeFile())
    const directory = (name: string) => join(paths.sysfs, 'kernel/debug/kvm', name)
    return { paths, pids, debugfs, directory, read: () => debugfs.read(debugfs.vms(new Set(pids)), pids) }
  }

  it('assigns each VM to its process', () => {
    const { pids, read } = tree()
    expect(read().problems).toEqual([])
    expect([...read().statistics.keys()]).toEqual(pids)
    expect(read().statistics.get(pids[1]!)).toEqual({
      exits: 8_000_101 + 170_013,
      fpu_reload: 170_013 + 41,
      signal_exits: 41,
      io_exits: 1_000_017,
    })
  })

  it('adds up the VMs of one process', () => {
    const { pids, directory, read } = tree()
    renameSync(directory(`${pids[1]}-11`), directory(`${pids[0]}-12`))
    expect(read().statistics.size).toBe(1)
    expect(read().statistics.get(pids[0]!)?.io_exits).toBe(1_000_000 + 1_000_017)
  })

  it('finds the process if another of its threads created the VM', () => {
    const { paths, pids, directory, read } = tree()
    renameSync(directory(`${pids[0]}-11`), directory('10004-11'))
    mkdirSync(join(paths.procfs, '10004'))
    writeFileSync(join(paths.procfs, '10004/status'), `Name:\tworker\nTgid:\t${pids[0]}\n`)
    expect(read().statistics.get(pids[0]!)?.io_exits).toBe(1_000_000)
  })

  it('finds the process by a vCPU if the thread that created the VM has ended', () => {
    const { paths, pids, directory, read } = tree()
    renameSync(directory(`${pids[0]}-11`), directory('10009-11'))
    expect(read().statistics.size).toBe(1)
    mkdirSync(join(paths.procfs, '10003'))
    writeFileSync(join(paths.procfs, '10003/status'), `Name:\tCPU 0/KVM\nTgid:\t${pids[0]}\n`)
    expect(read().statistics.get(pids[0]!)?.io_exits).toBe(1_000_000)
  })

  it('leaves out a VM whose process is unknown', () => {
    const { pids, directory, read } = tree()
    renameSync(directory(`${pids[0]}-11`), directory('77-11'))
    expect([...read().statistics.keys()]).toEqual([pids[1]])
    expect(read().problems).toEqual([])
  })

  it('loses only the VM whose statistic is missing or not a number', () => {
    const { pids, directory, read } = tree()
    writeFileSync(directory(`${pids[0]}-11/exits`), 'many\n')
    expect(read().problems).toMatchObject([{ error: { code: 'SOURCE_MALFORMED' } }])
    rmSync(directory(`${pids[0]}-11/exits`))
    expect(read().problems).toMatchObject([{ error: { code: 'SOURCE_ABSENT' } }])
    expect([...read().statistics.keys()]).toEqual([pids[1]])
  })

  it('reports that debugfs is not mounted', () => {
    const { directory, debugfs } = tree()
    rmSync(directory(''), { recursive: true })
    expect(() => debugfs.check()).toThrow(expect.objectContaining({ code: 'SOURCE_ABSENT' }))
    expect(() => debugfs.check()).toThrow('debugfs is not mounted or kvm is not loaded')
  })
})
