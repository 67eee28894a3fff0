// The real calls, as far as any user may make them: on a child process of the test.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadScheduler, type Scheduler, SchedulerError } from '../../../src/native/scheduler.ts'
import { asNobody } from '../../helpers/as-nobody.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

let scheduler: Scheduler
let child: ChildProcess
let pid: number

beforeAll(async () => {
  scheduler = await loadScheduler()
  child = spawn('sleep', ['600'])
  await once(child, 'spawn')
  pid = child.pid!
})
afterAll(() => void child.kill('SIGKILL'))

const failure = (call: () => unknown): SchedulerError => {
  try {
    call()
  } catch (error) {
    if (error instanceof SchedulerError) return error
    throw error
  }
  throw new Error('it did not fail')
}

test('reads and sets nice, -1 included, which is also how the call reports errors', () => {
  const before = scheduler.read(pid)
  expect(before).toMatchObject({ policy: 0, rtPriority: 0, resetOnFork: false })
  scheduler.setNice(pid, before.nice + 3)
  expect(scheduler.read(pid)).toEqual({ ...before, nice: before.nice + 3 })
  if (process.geteuid!() === 0) {
    scheduler.setNice(pid, -1)
    expect(scheduler.read(pid).nice).toBe(-1)
  }
})

test('sets a policy that needs no rights, with reset-on-fork', () => {
  const { nice } = scheduler.read(pid)
  scheduler.setPolicy(pid, { policy: 3, rtPriority: 0, resetOnFork: true })
  expect(scheduler.read(pid)).toEqual({ policy: 3, rtPriority: 0, nice, resetOnFork: true })
})

test('says what to do if the kernel does not permit it', async () => {
  await asNobody(scratchDirectory(), () => {
    const error = failure(() => scheduler.setPolicy(pid, { policy: 2, rtPriority: 1, resetOnFork: false }))
    expect(error.errno).toBe('EPERM')
    expect(error.message).toMatch(
      /^sched_setscheduler failed for thread \d+: .*CAP_SYS_NICE.*RT_GROUP_SCHED.*\(EPERM\)$/,
    )
    const lower = failure(() => scheduler.setNice(pid, -20))
    expect(['EPERM', 'EACCES']).toContain(lower.errno)
    expect(lower.message).toContain('CAP_SYS_NICE')
  })
})

test('says that a thread has ended', async () => {
  const ended = spawn('true')
  await once(ended, 'exit')
  const tid = ended.pid!
  for (const call of [
    () => scheduler.read(tid),
    () => scheduler.setNice(tid, 1),
    () => scheduler.setPolicy(tid, { policy: 0, rtPriority: 0, resetOnFork: false }),
  ]) {
    const error = failure(call)
    expect(error.errno).toBe('ESRCH')
    expect(error.message).toContain(`thread ${tid}: the thread has ended (ESRCH)`)
  }
})

test('says that a policy and a priority do not fit', () => {
  const error = failure(() => scheduler.setPolicy(pid, { policy: 0, rtPriority: 5, resetOnFork: false }))
  expect(error.errno).toBe('EINVAL')
})

test.each([0, -1, 1.5, Number.NaN, 2 ** 31])('takes no %s for a thread', (tid) => {
  expect(() => scheduler.read(tid)).toThrow(RangeError)
  expect(() => scheduler.setNice(tid, 1)).toThrow(RangeError)
  expect(() => scheduler.setPolicy(tid, { policy: 0, rtPriority: 0, resetOnFork: false })).toThrow(RangeError)
})
