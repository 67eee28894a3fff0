// deploy/systemd/lease-sweep.sh, on real processes: the watcher of leases that needs no Node.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { loadScheduler } from '../../src/native/scheduler.ts'
import { scratchDirectory } from '../helpers/scratch.ts'

const script = fileURLToPath(new URL('../../deploy/systemd/lease-sweep.sh', import.meta.url))
const scheduler = await loadScheduler()
const rr = { policy: 2, rtPriority: 1, nice: -5, resetOnFork: true }

/** Seconds since boot, as the script is told. */
const now = 200_000
const tickOf = (path: string) =>
  Number(readFileSync(`${path}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19])

/** A process whose name has the characters that stat(5) puts around it, with a real-time thread. */
async function realtimeProcess() {
  const directory = scratchDirectory()
  for (const name of ['leases', 'changes']) mkdirSync(join(directory, name))
  const program = join(directory, ') 1 (2')
  symlinkSync('/bin/sleep', program)
  const child: ChildProcess = spawn(program, ['600'])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  const pid = child.pid!
  scheduler.setPolicy(pid, rr)
  scheduler.setNice(pid, rr.nice)
  const start = tickOf(`/proc/${pid}`)
  const procfs = join(directory, 'proc')
  mkdirSync(procfs)
  writeFileSync(join(procfs, 'uptime'), `${now}.99 1.00\n`)
  symlinkSync(`/proc/${pid}`, join(procfs, String(pid)))
  const name = `${pid}-${start}`
  return {
    pid,
    start,
    directory,
    file: join(directory, 'leases', name),
    changes: join(directory, 'changes', name),
    sweep: (...before: string[]) => run(...before, 'sh', script, directory, procfs),
    endAll: () => run('sh', script, directory, procfs, 'all'),
  }
}

function run(...command: string[]) {
  const { status, stdout, stderr } = spawnSync(command[0]!, command.slice(1), { encoding: 'utf8' })
  return { status, stdout, stderr }
}

const quiet = { status: 0, stdout: '', stderr: '' }
const ended = (pid: number) => ({
  status: 0,
  stdout: `process ${pid}: its lease has ended; its threads have SCHED_OTHER now\n`,
  stderr: '',
})

test('leaves a VM alone whose lease lasts', async () => {
  const { pid, file, sweep } = await realtimeProcess()
  writeFileSync(file, `${now + 600} ${now - 10}\n`)
  expect(sweep()).toEqual(quiet)
  expect(scheduler.read(pid)).toEqual(rr)
  expect(existsSync(file)).toBe(true)
})

test('leaves the first five seconds after the end to the actuator, which also knows other policies', async () => {
  const { pid, file, sweep } = await realtimeProcess()
  writeFileSync(file, `${now - 4} ${now - 10}\n`)
  expect(sweep()).toEqual(quiet)
  expect(scheduler.read(pid)).toEqual(rr)
})

test('ends the real-time policy of a VM whose lease has ended, and its reset-on-fork', async () => {
  const { pid, file, sweep } = await realtimeProcess()
  writeFileSync(file, `${now - 5} ${now - 10}\n`)
  expect(sweep()).toEqual(ended(pid))
  expect(scheduler.read(pid)).toEqual({ policy: 0, rtPriority: 0, nice: -5, resetOnFork: false })
  expect(existsSync(file)).toBe(false)
})

test('gives back the nice value that is recorded, to the very thread of the record', async () => {
  const { pid, start, file, changes, sweep } = await realtimeProcess()
  writeFileSync(file, `${now - 5} ${now - 10}\n`)
  const line = (tick: number, nice: string, policy: number) =>
    `thread ${pid} ${tick} was 0 0 ${nice} 0 set ${policy} 1 -5 1\n`
  writeFileSync(
    changes,
    `nothing was 0 set 1\ngarbage\n${line(start, '4', 2)}${line(start + 1, '5', 2)}${line(start, '6', 0)}` +
      `${line(start, '$(touch /tmp/x)', 2)}thread ../../1 1 was 0 0 7 0 set 1 1 0 1\n`,
  )
  expect(sweep()).toEqual(ended(pid))
  expect(scheduler.read(pid).nice).toBe(4)
})

test('ends a lease that lasts if it is told to end all, as at the removal of the package', async () => {
  const { pid, start, file, changes, endAll } = await realtimeProcess()
  writeFileSync(file, `${now + 600} ${now - 10}\n`)
  writeFileSync(changes, `thread ${pid} ${start} was 0 0 4 0 set 2 1 -5 1\n`)
  expect(endAll()).toEqual(ended(pid))
  expect(scheduler.read(pid)).toMatchObject({ policy: 0, nice: 4 })
  expect(existsSync(file)).toBe(false)
})

test('ends a lease a day after the first one, whatever its text', async () => {
  const { pid, file, sweep } = await realtimeProcess()
  writeFileSync(file, `9999999999 ${now - 86_400 - 4}\n`)
  expect(sweep()).toEqual(quiet)
  writeFileSync(file, `9999999999 ${now - 86_400 - 5}\n`)
  expect(sweep()).toEqual(ended(pid))
})

test('ends a lease that begins after now', async () => {
  const { pid, file, sweep } = await realtimeProcess()
  writeFileSync(file, `${now + 600} ${now + 1}\n`)
  expect(sweep()).toEqual(ended(pid))
})

test('leaves a process alone that has the pid of a VM which ended, and removes the file', async () => {
  const { pid, start, directory, sweep } = await realtimeProcess()
  const file = join(directory, 'leases', `${pid}-${start - 1}`)
  writeFileSync(file, '1 1\n')
  expect(sweep()).toEqual(quiet)
  expect(scheduler.read(pid)).toEqual(rr)
  expect(existsSync(file)).toBe(false)
})

test('removes the file of a VM that has ended', async () => {
  const { directory, sweep } = await realtimeProcess()
  const file = join(directory, 'leases', '4194303-5')
  writeFileSync(file, '1 1\n')
  expect(sweep()).toEqual(quiet)
  expect(existsSync(file)).toBe(false)
})

test.each([
  ['empty', (file: string) => writeFileSync(file, '')],
  ['words', (file: string) => writeFileSync(file, 'for ever\n')],
  ['a command', (file: string) => writeFileSync(file, '$(kill 1) `kill 1`\n')],
  ['a half', (file: string) => writeFileSync(file, '9999999999')],
  ['octal', (file: string) => writeFileSync(file, '0999999999 089\n')],
  ['negative', (file: string) => writeFileSync(file, '-1 -1\n')],
  ['too large for the shell', (file: string) => writeFileSync(file, `${'9'.repeat(40)} 0\n`)],
  ['bytes', (file: string) => writeFileSync(file, Buffer.from([0, 255, 10, 0]))],
  ['a folder', (file: string) => mkdirSync(join(file, 'inside'), { recursive: true })],
  ['a FIFO', (file: string) => execFileSync('mkfifo', [file])],
  [
    'a link to a lease that lasts',
    (file: string) => {
      writeFileSync(`${file}.target`, `${now + 600} 0\n`)
      symlinkSync(`${file}.target`, file)
    },
  ],
])('takes a lease that is %s for one that has ended', async (_what, make) => {
  const { pid, file, sweep } = await realtimeProcess()
  make(file)
  const { status, stdout } = sweep()
  expect({ status, stdout }).toEqual({ status: 0, stdout: ended(pid).stdout })
  expect(scheduler.read(pid).policy).toBe(0)
  expect(existsSync(file)).toBe(false)
})

test('ignores names that are of no VM', async () => {
  const { pid, start, directory, sweep } = await realtimeProcess()
  const names = [
    `0${pid}-${start}`,
    `${pid}-`,
    `${pid}-${start}-1`,
    `${pid}`,
    'a-b',
    '*',
    `-${pid}`,
    `${pid}-${start} `,
  ]
  for (const name of names) writeFileSync(join(directory, 'leases', name), '1 1\n')
  expect(sweep()).toEqual(quiet)
  expect(scheduler.read(pid)).toEqual(rr)
})

test('works without leases, and says if the folder is missing', async () => {
  const { sweep } = await realtimeProcess()
  expect(sweep()).toEqual(quiet)
  expect(spawnSync('sh', [script, join(scratchDirectory(), 'absent')]).status).toBe(1)
})

test('keeps the file and fails if it may not change the threads, so that the next run tries again', async () => {
  const { pid, file, directory, sweep } = await realtimeProcess()
  writeFileSync(file, '1 1\n')
  execFileSync('chmod', ['-R', 'a+rwX', directory])
  const { status, stderr } = sweep('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups')
  expect(status).toBe(1)
  expect(stderr).toContain('Operation not permitted')
  expect(scheduler.read(pid)).toEqual(rr)
  expect(existsSync(file)).toBe(true)
})
