// Command lines are read once in the life of a process, and a read that never returns does not delay the others.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { CommandLines } from '../../../../src/sources/cmdline/command-lines.ts'
import type { Process } from '../../../../src/sources/process/process.ts'
import { retainedBytes } from '../../../helpers/retained-bytes.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

const hour = 3600e9
const none = new Set<number>()
const byPid = (...processes: Process[]) => new Map(processes.map((process) => [process.pid, process]))
const qemu = (pid: number, startNs = hour): Process => ({ pid, startNs, comm: 'qemu-system-x86' })

function procfs() {
  const directory = scratchDirectory()
  const path = (pid: number) => join(directory, String(pid), 'cmdline')
  return {
    directory,
    write(pid: number, ...args: string[]) {
      mkdirSync(join(directory, String(pid)), { recursive: true })
      writeFileSync(path(pid), args.map((arg) => `${arg}\0`).join(''))
    },
    /** A named pipe without a writer: reading it blocks like reading the command line of a stuck VM. */
    stick(pid: number) {
      mkdirSync(join(directory, String(pid)))
      execFileSync('mkfifo', [path(pid)])
      const release = () => closeSync(openSync(path(pid), 'r+'))
      onTestFinished(release)
      return release
    },
    remove: (pid: number) => rmSync(path(pid)),
  }
}

const named = (name: string) => ['qemu-system-x86_64', '-enable-kvm', '-name', `guest=${name}`]

describe('the cache', () => {
  it('reads a process once', async () => {
    const proc = procfs()
    proc.write(10, ...named('a'))
    const lines = new CommandLines(proc.directory)
    await lines.refresh(byPid(qemu(10)), none, 2 * hour)
    proc.remove(10)
    await lines.refresh(byPid(qemu(10)), none, 2 * hour)
    expect(lines.of(qemu(10))?.commandLine?.name).toBe('a')
  })

  it('keeps only the needed parts of a command line in memory', async () => {
    const proc = procfs()
    const pids = Array.from({ length: 20 }, (_, at) => at + 10)
    const padding = ['-device', `vfio-pci,x=${'x'.repeat(900_000)}`]
    for (const pid of pids) proc.write(pid, ...named(`a-name-of-some-length-${pid}`), ...padding)
    const lines = new CommandLines(proc.directory)
    const bytes = await retainedBytes(async () => {
      await lines.refresh(byPid(...pids.map((pid) => qemu(pid))), none, 2 * hour)
      return lines
    })
    expect(lines.of(qemu(29))?.commandLine?.name).toBe('a-name-of-some-length-29')
    expect(bytes).toBeLessThan(5_000_000)
  })

  it('recognizes a new process with an old pid', async () => {
    const proc = procfs()
    proc.write(10, ...named('a'))
    const lines = new CommandLines(proc.directory)
    await lines.refresh(byPid(qemu(10)), none, 2 * hour)
    const successor = qemu(10, hour + 20e6)
    expect(lines.of(successor)).toBeUndefined()
    proc.write(10, ...named('b'))
    await lines.refresh(byPid(successor), none, 2 * hour)
    expect(lines.of(successor)?.commandLine?.name).toBe('b')
  })

  it('reads again after an exec, which changes the name', async () => {
    const proc = procfs()
    proc.write(10, '/usr/sbin/libvirtd')
    const lines = new CommandLines(proc.directory)
    const forked = { ...qemu(10), comm: 'libvirtd' }
    await lines.refresh(byPid(forked), none, 2 * hour)
    expect(lines.of(forked)).toMatchObject({ commandLine: undefined })
    proc.write(10, ...named('a'))
    await lines.refresh(byPid(qemu(10)), none, 2 * hour)
    expect(lines.of(qemu(10))?.commandLine?.name).toBe('a')
  })

  it('reads a young process that is not a VM again, because a wrapper script may become one', async () => {
    const proc = procfs()
    proc.write(10, '/bin/sh', '/usr/local/bin/qemu-system-x86_64')
    const lines = new CommandLines(proc.directory)
    await lines.refresh(byPid(qemu(10)), none, hour + 1e9)
    expect(lines.of(qemu(10))).toMatchObject({ commandLine: undefined })
    proc.write(10, ...named('a'))
    await lines.refresh(byPid(qemu(10)), none, hour + 2e9)
    expect(lines.of(qemu(10))?.commandLine?.name).toBe('a')
  })

  it('does not read an old process that is not a VM again', async () => {
    const proc = procfs()
    proc.write(10, '/usr/sbin/sshd')
    const lines = new CommandLines(proc.directory)
    await lines.refresh(byPid(qemu(10)), none, 2 * hour)
    proc.write(10, ...named('a'))
    await lines.refresh(byPid(qemu(10)), none, 2 * hour)
    expect(lines.of(qemu(10))).toMatchObject({ commandLine: undefined })
  })

  it('forgets processes that have ended', async () => {
    const proc = procfs()
    proc.write(10, ...named('a'))
    const lines = new CommandLines(proc.directory)
    await lines.refresh(byPid(qemu(10)), none, 2 * hour)
    await lines.refresh(byPid(), none, 2 * hour)
    expect(lines.of(qemu(10))).toBeUndefined()
  })
})

describe('a process that KVM vouches for', () => {
  const other = { ...qemu(10), comm: 'emulator' }

  it('is read as a QEMU, again if it was read before KVM said so', async () => {
    const proc = procfs()
    proc.write(10, '/opt/emulator', '-name', 'a')
    const lines = new CommandLines(proc.directory)
    await lines.refresh(byPid(other), none, 2 * hour)
    expect(lines.of(other)).toMatchObject({ commandLine: undefined })
    await lines.refresh(byPid(other), new Set([10]), 2 * hour)
    expect(lines.of(other)?.commandLine?.name).toBe('a')
  })

  it('is distinguished from a probe', async () => {
    const proc = procfs()
    proc.write(10, 'qemu-system-x86_64', '-machine', 'none,accel=kvm')
    const lines = new CommandLines(proc.directory)
    await lines.refresh(byPid(qemu(10)), new Set([10]), 2 * hour)
    expect(lines.of(qemu(10))).toMatchObject({ commandLine: undefined, isProbe: true })
  })
})

describe('a file of -readconfig', () => {
  const config = '[name]\nguest = "web"\n'

  /** A process with its own root, and its command line. */
  function contained(...args: string[]) {
    const proc = procfs()
    proc.write(10, 'qemu-system-x86_64', '-enable-kvm', '-no-user-config', ...args)
    const directory = join(proc.directory, '10')
    const root = scratchDirectory()
    mkdirSync(join(root, 'etc'))
    symlinkSync(root, join(directory, 'root'))
    symlinkSync(join(root, 'etc'), join(directory, 'cwd'))
    const name = async () => {
      const lines = new CommandLines(proc.directory)
      await lines.refresh(byPid(qemu(10)), none, 2 * hour)
      return lines.of(qemu(10))?.commandLine?.name
    }
    return { root, name }
  }

  it.each(['/etc/vm.conf', 'vm.conf', '/../etc/vm.conf', './vm.conf'])(
    'is read in the root or working directory of its process: %s',
    async (path) => {
      const { root, name } = contained('-readconfig', path)
      writeFileSync(join(root, 'etc/vm.conf'), config)
      expect(await name()).toBe('web')
    },
  )

  it('is not read through a link, from a pipe, from above the working directory, or if it is too large', async () => {
    for (const path of ['/etc/link', '/etc/pipe', '../etc/vm.conf', '/etc/large', '/etc', '/etc/absent']) {
      const { root, name } = contained('-name', 'a', '-readconfig', path)
      writeFileSync(join(root, 'etc/vm.conf'), config)
      symlinkSync(join(root, 'etc/vm.conf'), join(root, 'etc/link'))
      execFileSync('mkfifo', [join(root, 'etc/pipe')])
      writeFileSync(join(root, 'etc/large'), config + '#'.repeat(1_100_000))
      expect([path, await name()]).toEqual([path, 'a'])
    }
  })
})

it('uses nothing of a command line beyond its budget, and says so', async () => {
  const proc = procfs()
  proc.write(10, ...named('a'), '-append', 'x'.repeat(1_100_000))
  const lines = new CommandLines(proc.directory)
  await lines.refresh(byPid(qemu(10)), none, 2 * hour)
  expect(lines.of(qemu(10))).toMatchObject({ commandLine: undefined, excess: 'more than 1048576 bytes' })
})

describe('a VM whose command line cannot be read', () => {
  it('costs only itself, and is known as soon as the read returns', async () => {
    const proc = procfs()
    const releases = [10, 11].map((pid) => proc.stick(pid))
    for (const pid of [20, 21, 22]) proc.write(pid, ...named(`vm-${pid}`))
    const all = byPid(qemu(20), qemu(10), qemu(21), qemu(11), qemu(22))
    const lines = new CommandLines(proc.directory)
    await lines.refresh(all, none, 2 * hour)
    expect([20, 21, 22].map((pid) => lines.of(qemu(pid))?.commandLine?.name)).toEqual([
      'vm-20',
      'vm-21',
      'vm-22',
    ])
    expect(lines.of(qemu(10))).toBeUndefined()
    for (const release of releases) release()
    await vi.waitFor(() => expect(lines.of(qemu(10))).toBeDefined(), 5_000)
  })

  it('comes after the processes that are likely to be VMs', async () => {
    const proc = procfs()
    const releases = [10, 11, 12].map((pid) => proc.stick(pid))
    for (const pid of [5, 20]) proc.write(pid, ...named(`vm-${pid}`))
    const other = (pid: number) => ({ ...qemu(pid), comm: 'something' })
    const lines = new CommandLines(proc.directory)
    await lines.refresh(byPid(other(5), other(10), other(11), other(12), qemu(20)), new Set([5]), 2 * hour)
    expect(lines.of(other(5))?.commandLine?.name).toBe('vm-5')
    expect(lines.of(qemu(20))?.commandLine?.name).toBe('vm-20')
    for (const release of releases) release()
  })

  it('does not keep a refresh from returning, even if more VMs are stuck than reads may run', async () => {
    const proc = procfs()
    const stuck = [10, 11, 12, 13, 14]
    for (const pid of stuck) proc.stick(pid)
    const lines = new CommandLines(proc.directory)
    const start = performance.now()
    await lines.refresh(byPid(...stuck.map((pid) => qemu(pid))), none, 2 * hour)
    await lines.refresh(byPid(...stuck.map((pid) => qemu(pid))), none, 2 * hour)
    expect(performance.now() - start).toBeLessThan(2_900)
    expect(stuck.map((pid) => lines.of(qemu(pid)))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})
