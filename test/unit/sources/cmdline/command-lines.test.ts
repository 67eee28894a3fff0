// Command lines are read once in the life of a process, and a read that never returns does not delay the others.
import { execFileSync } from 'node:child_process'
import {
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { CommandLines } from '../../../../src/sources/cmdline/command-lines.ts'
import { readApart } from '../../../../src/sources/cmdline/read-apart.ts'
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
  function contained(vouchedFor: ReadonlySet<number>, ...args: string[]) {
    const proc = procfs()
    proc.write(10, 'qemu-system-x86_64', '-enable-kvm', '-no-user-config', ...args)
    const directory = join(proc.directory, '10')
    const root = scratchDirectory()
    writeFileSync(join(directory, 'status'), `Name:\tqemu\nUid:\t${process.geteuid!()}\t0\t0\t0\n`)
    mkdirSync(join(root, 'etc'))
    symlinkSync(root, join(directory, 'root'))
    symlinkSync(join(root, 'etc'), join(directory, 'cwd'))
    const lines = new CommandLines(proc.directory)
    const name = async () => {
      await lines.refresh(byPid(qemu(10)), vouchedFor, 2 * hour)
      return lines.of(qemu(10))?.commandLine?.name
    }
    return { root, lines, name }
  }

  it.each(['/etc/vm.conf', 'vm.conf', '/../etc/vm.conf', './vm.conf'])(
    'is read in the root or working directory of its process: %s',
    async (path) => {
      const { root, name } = contained(new Set([10]), '-readconfig', path)
      writeFileSync(join(root, 'etc/vm.conf'), config)
      expect(await name()).toBe('web')
    },
  )

  const vouchedFor = new Set([10])

  it.each(['/link/vm.conf', '/absolute/vm.conf', '/etc/again', '/up/etc/vm.conf', 'again'])(
    'is read through links, which lead as they do for the process: %s',
    async (path) => {
      const { root, name } = contained(vouchedFor, '-readconfig', path)
      writeFileSync(join(root, 'etc/vm.conf'), config)
      symlinkSync('etc', join(root, 'link'))
      symlinkSync('/link/', join(root, 'absolute'))
      symlinkSync('vm.conf', join(root, 'etc/again'))
      symlinkSync('../../../..', join(root, 'up'))
      expect(await name()).toBe('web')
    },
  )

  it.each([
    ['out of the root of the process', '/outside/vm.conf'],
    ['above the working directory', '../etc/vm.conf'],
    ['to a pipe', '/etc/pipe'],
    ['to a device', '/etc/null'],
    ['to a directory', '/etc'],
    ['below a file', '/etc/vm.conf/x'],
    ['nowhere', '/etc/absent'],
    ['in a circle', '/circle'],
    ['to a large file', '/etc/large'],
    ['through too many components', `${'/etc/..'.repeat(200)}/etc/vm.conf`],
  ])('is not read if its path leads %s', async (_, path) => {
    const { root, name } = contained(vouchedFor, '-name', 'a', '-readconfig', path)
    const outside = scratchDirectory()
    writeFileSync(join(outside, 'vm.conf'), config)
    writeFileSync(join(root, 'etc/vm.conf'), config)
    symlinkSync(outside, join(root, 'outside'))
    if (process.geteuid!() === 0) execFileSync('mknod', [join(root, 'etc/null'), 'c', '1', '3'])
    symlinkSync('circle', join(root, 'circle'))
    execFileSync('mkfifo', [join(root, 'etc/pipe')])
    writeFileSync(join(root, 'etc/large'), config + '#'.repeat(1_100_000))
    expect(await name()).toBe('a')
  })

  it('is not read if nobody vouches for the process, until KVM does', async () => {
    const { root, lines, name } = contained(none, '-name', 'a', '-readconfig', '/etc/vm.conf')
    writeFileSync(join(root, 'etc/vm.conf'), config)
    expect(await name()).toBe('a')
    await lines.refresh(byPid(qemu(10)), vouchedFor, 2 * hour)
    expect(lines.of(qemu(10))?.commandLine?.name).toBe('web')
  })

  it.runIf(process.geteuid!() === 0)('is not read if it belongs to a third user', async () => {
    const { root, name } = contained(vouchedFor, '-name', 'a', '-readconfig', '/etc/vm.conf')
    writeFileSync(join(root, 'etc/vm.conf'), config)
    chownSync(join(root, 'etc/vm.conf'), 1_234, 1_234)
    expect(await name()).toBe('a')
  })

  it('costs no descriptor', async () => {
    const { name } = contained(vouchedFor, '-name', 'a', '-readconfig', '/etc/absent')
    const before = readdirSync('/proc/self/fd').length
    await name()
    expect(readdirSync('/proc/self/fd').length).toBe(before)
  })
})

it('uses nothing of a command line beyond its budget, and says so', async () => {
  const proc = procfs()
  proc.write(10, ...named('a'), '-append', 'x'.repeat(1_100_000))
  const lines = new CommandLines(proc.directory)
  await lines.refresh(byPid(qemu(10)), none, 2 * hour)
  expect(lines.of(qemu(10))).toMatchObject({ commandLine: undefined, excess: 'more than 1048576 bytes' })
})

/** Readers that return when the test says so, and the processes that they read, in order. */
function slowReaders(...stuck: number[]) {
  const hangs = new Set(stuck)
  const asked: { readonly pid: number; readonly way: 'here' | 'apart' }[] = []
  const stop = new Map<number, () => void>()
  const read = (way: 'here' | 'apart') => (path: string, _max: number, deadlineMs?: number) => {
    const pid = Number(path.split('/').at(-2))
    asked.push({ pid, way })
    const text = [...named(`vm-${pid}`), '-no-user-config'].map((arg) => `${arg}\0`)
    return new Promise<Buffer>((resolve, reject) => {
      const end = () => resolve(Buffer.from(text.join('')))
      if (!hangs.has(pid)) end()
      else stop.set(pid, end)
      if (deadlineMs !== undefined) setTimeout(() => reject(new Error('too late')), deadlineMs)
    })
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  return {
    readers: { here: read('here'), apart: read('apart') },
    asked,
    end: (pid: number) => stop.get(pid)?.(),
  }
}

describe('command lines that cannot be read', () => {
  /** A process run by a user of its own, unless `uid` is given. */
  function host(...stuck: number[]) {
    const proc = procfs()
    const slow = slowReaders(...stuck)
    const lines = new CommandLines(proc.directory, slow.readers)
    return {
      ...slow,
      lines,
      process(pid: number, uid = pid): Process {
        mkdirSync(join(proc.directory, String(pid)))
        writeFileSync(join(proc.directory, `${pid}/status`), `Name:\tx\nUid:\t${uid}\t0\t0\t0\n`)
        return qemu(pid, hour + pid * 1e7)
      },
      /** Refreshes, and lets so much time pass that every read that hangs is given up. */
      async refresh(processes: readonly Process[], vouchedFor: ReadonlySet<number> = none) {
        const done = lines.refresh(byPid(...processes), vouchedFor, 2 * hour)
        await vi.advanceTimersByTimeAsync(20_000)
        await done
      },
      names: (processes: readonly Process[]) =>
        processes.map((process) => lines.of(process)?.commandLine?.name),
    }
  }

  it('of one user take one of this program’s threads, and no VM that started before or later', async () => {
    const { process, refresh, names, asked } = host(10, 11, 12, 13)
    const stuck = [10, 11, 12, 13].map((pid) => process(pid, 1_000))
    const before = [process(5, 1_000), process(6, 0)]
    await refresh([...before, ...stuck])
    expect(asked.filter(({ way }) => way === 'here').map(({ pid }) => pid)).toEqual([5, 6, 10])
    const later = [process(20, 1_000), process(21, 0), process(22, 1_000)]
    await refresh([...before, ...stuck, ...later])
    await refresh([...before, ...stuck, ...later])
    expect(names([...before, ...later])).toEqual(['vm-5', 'vm-6', 'vm-20', 'vm-21', 'vm-22'])
    expect(names(stuck)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('of any number of users take two threads, and the third is for those that KVM vouches for', async () => {
    const stuck = Array.from({ length: 20 }, (_, at) => 10 + at)
    const { process, refresh, names, asked } = host(...stuck)
    const strangers = stuck.map((pid) => process(pid))
    await refresh(strangers)
    const vm = process(50)
    await refresh([...strangers, vm], new Set([50]))
    expect(asked.filter(({ way }) => way === 'here').map(({ pid }) => pid)).toEqual([10, 11, 50])
    expect(names([vm])).toEqual(['vm-50'])
  })

  it('do not matter to others even if KVM vouches for all of them, as when their storage hangs', async () => {
    const { process, refresh, names } = host(10, 11, 12, 13, 14, 15)
    const all = Array.from({ length: 12 }, (_, at) => process(10 + at, 64_055))
    const vouchedFor = new Set(all.map(({ pid }) => pid))
    for (let round = 0; round < 3; round++) await refresh(all, vouchedFor)
    expect(names(all.slice(6))).toEqual(['vm-16', 'vm-17', 'vm-18', 'vm-19', 'vm-20', 'vm-21'])
  })

  it('are tried again less and less often, and are known as soon as a read returns', async () => {
    const { process, lines, names, asked, end } = host(10, 11)
    const stuck = [process(10, 0), process(11, 0)]
    for (let second = 0; second < 600; second += 5) {
      const done = lines.refresh(byPid(...stuck), none, 2 * hour)
      await vi.advanceTimersByTimeAsync(5_000)
      await done
    }
    const tries = (pid: number) => asked.filter((each) => each.pid === pid).length
    expect(tries(10)).toBe(1)
    expect(tries(11)).toBeLessThan(10)
    end(10)
    await vi.advanceTimersByTimeAsync(1)
    expect(names(stuck)).toEqual(['vm-10', undefined])
  })

  it('do not take away what was read before KVM vouched for the process', async () => {
    const { process, refresh, names, readers } = host()
    const vm = process(10)
    await refresh([vm])
    vi.spyOn(readers, 'here').mockRejectedValue(new Error('gone'))
    await refresh([vm], new Set([10]))
    expect(names([vm])).toEqual(['vm-10'])
  })
})

describe('reading in another process', () => {
  it('gives the first bytes of a file', async () => {
    const proc = procfs()
    proc.write(10, 'a', 'bcd')
    const path = join(proc.directory, '10/cmdline')
    expect((await readApart(path, 4, 60_000)).toString()).toBe('a\0bc')
    expect((await readApart(path, 100, 60_000)).toString()).toBe('a\0bcd\0')
    await expect(readApart('/nonexistent', 4, 60_000)).rejects.toThrow()
  })

  it('ends if the file never answers', async () => {
    const proc = procfs()
    proc.stick(10)
    await expect(readApart(join(proc.directory, '10/cmdline'), 4, 300)).rejects.toThrow('timed out')
  })
})

it('identifies a VM although the reads of three others never return', async () => {
  const proc = procfs()
  const releases = [10, 11, 12].map((pid) => proc.stick(pid))
  const lines = new CommandLines(proc.directory)
  const stuck = [10, 11, 12].map((pid) => qemu(pid))
  const vouchedFor = new Set([10, 11, 12, 20])
  await lines.refresh(byPid(...stuck), vouchedFor, 2 * hour)
  proc.write(20, ...named('a'))
  await lines.refresh(byPid(...stuck, qemu(20)), vouchedFor, 2 * hour)
  expect(lines.of(qemu(20))?.commandLine?.name).toBe('a')
  for (const release of releases) release()
})
