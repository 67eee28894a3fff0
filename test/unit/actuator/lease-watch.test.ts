// What happens when a lease ends, and with files that are not what they should be.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { actuatorOnFiles } from '../../helpers/actuator.ts'
import { other, rr1 } from '../../helpers/fake-scheduler.ts'

async function raised(before = other) {
  const host = actuatorOnFiles()
  const { actuator, vm, operation, scheduler, tid } = host
  scheduler.threads.set(tid, before)
  await actuator.answer({ do: 'lease', vm, until: 90_100 })
  const answer = await actuator.answer({ do: 'execute', operation: operation(before, { ...rr1, nice: -5 }) })
  expect(answer).toMatchObject({ outcome: 'done' })
  return host
}

test('leaves a lease alone until it ends, then gives back the former scheduling with its nice value', async () => {
  const before = { ...other, policy: 3, nice: 4 }
  const { actuator, setUptime, scheduler, tid, leaseFile, changesFile } = await raised(before)
  setUptime(90_099)
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)).toEqual({ ...rr1, nice: -5 })
  setUptime(90_100)
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)).toEqual(before)
  expect([leaseFile, changesFile].map((path) => existsSync(path))).toEqual([false, false])
})

test('works in a process that did not make the change', async () => {
  const { create, setUptime, scheduler, tid } = await raised()
  setUptime(95_000)
  create().checkLeases()
  expect(scheduler.threads.get(tid)).toEqual(other)
})

test('puts a real-time vCPU back that it has no record of', async () => {
  const { actuator, setUptime, scheduler, tid, changesFile } = await raised()
  rmSync(changesFile)
  setUptime(90_100)
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)).toMatchObject({ policy: 0, rtPriority: 0, resetOnFork: false })
})

test('puts back at once what has lost its lease', async () => {
  const { actuator, scheduler, tid, leaseFile } = await raised()
  rmSync(leaseFile)
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)).toEqual(other)
})

test('leaves a thread alone that somebody else has put back with a nice value of their own', async () => {
  const { actuator, setUptime, scheduler, tid, leaseFile } = await raised()
  scheduler.threads.set(tid, { ...other, nice: 9 })
  setUptime(90_100)
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)).toEqual({ ...other, nice: 9 })
  expect(existsSync(leaseFile)).toBe(false)
})

test('leaves a nice value alone, which needs no lease, and a real-time policy that is not ours', async () => {
  const { actuator, operation, scheduler, tid } = actuatorOnFiles()
  await actuator.answer({ do: 'execute', operation: operation(other, { ...other, nice: -5 }) })
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)?.nice).toBe(-5)
  scheduler.threads.set(tid, rr1)
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)).toEqual(rr1)
})

test('tries again if the kernel refuses, and logs it once', async () => {
  const { actuator, setUptime, scheduler, tid, leaseFile, records } = await raised()
  setUptime(90_100)
  scheduler.failures.set(`setPolicy ${tid}`, 'EPERM')
  actuator.checkLeases()
  actuator.checkLeases()
  expect(existsSync(leaseFile)).toBe(true)
  expect(records.filter(({ level }) => level === 'error')).toHaveLength(1)
  scheduler.failures.clear()
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)).toEqual(other)
  expect(existsSync(leaseFile)).toBe(false)
})

test('watches while there is something to watch, and costs nothing otherwise', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { actuator, vm, raise, setUptime, scheduler, tid } = actuatorOnFiles()
  actuator.watchLeases()
  expect(vi.getTimerCount()).toBe(0)
  await actuator.answer({ do: 'lease', vm, until: 90_100 })
  await actuator.answer({ do: 'execute', operation: raise })
  await vi.advanceTimersByTimeAsync(5_000)
  expect(scheduler.threads.get(tid)).toEqual(rr1)
  setUptime(90_100)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(scheduler.threads.get(tid)).toEqual(other)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(vi.getTimerCount()).toBe(0)
  await actuator.answer({ do: 'lease', vm, until: 90_200 })
  expect(vi.getTimerCount()).toBe(1)
  actuator.stopWatching()
  expect(vi.getTimerCount()).toBe(0)
})

test('goes on watching if the host cannot be read for a moment', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { create, leaseFile, changesFile, procfs, setUptime, scheduler, tid } = await raised()
  rmSync(join(procfs, 'uptime'))
  const successor = create()
  successor.watchLeases()
  expect(scheduler.threads.get(tid)?.policy).toBe(2)
  setUptime(90_100)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(scheduler.threads.get(tid)).toEqual(other)
  expect([leaseFile, changesFile].map((path) => existsSync(path))).toEqual([false, false])
})

test('removes the files of a VM that has ended, and touches nothing', async () => {
  const { actuator, endVm, scheduler, leaseFile, changesFile } = await raised()
  const calls = scheduler.calls.length
  endVm()
  actuator.checkLeases()
  expect([leaseFile, changesFile].map((path) => existsSync(path))).toEqual([false, false])
  expect(scheduler.calls).toHaveLength(calls)
})

test('the file of an earlier process with this pid does not touch the present one', async () => {
  const { actuator, vm, scheduler, tid, rundir } = actuatorOnFiles()
  scheduler.threads.set(tid, rr1)
  const stale = join(rundir, `kvminfo/leases/${vm.pid}-${vm.startTick - 1}`)
  writeFileSync(stale, '1 1\n')
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)).toEqual(rr1)
  expect(existsSync(stale)).toBe(false)
})

test('ends a lease a day after the first one, whatever the file says', async () => {
  const { actuator, setUptime, scheduler, tid, leaseFile } = await raised()
  writeFileSync(leaseFile, '9999999999 90000\n')
  setUptime(90_000 + 86_399)
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)?.policy).toBe(2)
  setUptime(90_000 + 86_400)
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)).toEqual(other)
})

const makers: [string, (path: string) => void][] = [
  ['is empty', (path) => writeFileSync(path, '')],
  ['is text', (path) => writeFileSync(path, 'forever\n')],
  ['is a half', (path) => writeFileSync(path, '90100')],
  ['is negative', (path) => writeFileSync(path, '-1 -1\n')],
  ['is infinite', (path) => writeFileSync(path, 'Infinity 90000\n')],
  ['begins after now', (path) => writeFileSync(path, '90100 90001\n')],
  ['ends before it begins', (path) => writeFileSync(path, '90100 90101\n')],
  ['is large', (path) => writeFileSync(path, '9'.repeat(2_000_000))],
  ['is a folder', (path) => mkdirSync(join(path, 'inside'), { recursive: true })],
  ['is a FIFO', (path) => execFileSync('mkfifo', [path])],
  [
    'is a symbolic link',
    (path) => {
      writeFileSync(`${path}.target`, '90100 90000\n')
      symlinkSync(`${path}.target`, path)
    },
  ],
]

test.each(makers)('a lease that %s has ended', async (_name, make) => {
  const { actuator, scheduler, tid, leaseFile } = await raised()
  rmSync(leaseFile)
  make(leaseFile)
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)).toEqual(other)
  expect(existsSync(leaseFile)).toBe(false)
})

test('ignores names that are of no VM', () => {
  const { actuator, rundir, scheduler } = actuatorOnFiles()
  const directory = join(rundir, 'kvminfo/leases')
  const name = fc.stringMatching(/^[ -.0-~]{1,30}$/).filter((text) => text !== '.' && text !== '..')
  fc.assert(
    fc.property(name, (text) => {
      const path = join(directory, text)
      writeFileSync(path, '1 1\n')
      actuator.checkLeases()
      rmSync(path, { force: true })
    }),
    { numRuns: 200 },
  )
  for (const text of [
    '0-1',
    '-1',
    '1-',
    '01-1',
    '1-01',
    '10000',
    '10000-108655-1',
    '10000-1 ',
    '*',
    '$(reboot)',
  ])
    writeFileSync(join(directory, text), '1 1\n')
  actuator.checkLeases()
  expect(scheduler.calls).toEqual([])
})

test('any text as a record of changes is harmless', async () => {
  const host = await raised()
  const { actuator, changesFile, scheduler, tid, setUptime, vm } = host
  const part = fc.constantFrom(
    'thread',
    ' ',
    `${tid}`,
    `${vm.startTick}`,
    'was',
    'set',
    '0',
    '-5',
    '99',
    '\n',
    'x',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      writeFileSync(changesFile, parts.join(''))
      actuator.checkLeases()
    }),
    { numRuns: 300 },
  )
  setUptime(90_100)
  actuator.checkLeases()
  expect(scheduler.threads.get(tid)?.policy).toBe(0)
})
