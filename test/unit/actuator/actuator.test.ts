// What the actuator does and refuses, on a host made of files.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { reversed } from '../../../src/actuator/protocol.ts'
import { actuatorOnFiles } from '../../helpers/actuator.ts'
import { other, rr1 } from '../../helpers/fake-scheduler.ts'

const nice5 = { ...other, nice: -5 }

describe('a change without a lease', () => {
  test('is made, read back, recorded, and reversed', async () => {
    const { actuator, operation, scheduler, tid, changesFile, vm } = actuatorOnFiles()
    const change = operation(other, nice5)
    expect(await actuator.answer({ do: 'execute', operation: change })).toEqual({
      outcome: 'done',
      before: other,
      after: nice5,
    })
    expect(scheduler.threads.get(tid)).toEqual(nice5)
    expect(readFileSync(changesFile, 'utf8')).toBe(`thread ${tid} ${vm.startTick} was 0 0 0 0 set 0 0 -5 0\n`)
    expect(await actuator.answer({ do: 'execute', operation: reversed(change) })).toEqual({
      outcome: 'done',
      before: nice5,
      after: other,
    })
    expect(scheduler.threads.get(tid)).toEqual(other)
    expect(existsSync(changesFile)).toBe(false)
  })

  test('is done already if the live value is the wanted one', async () => {
    const { actuator, operation, scheduler, tid } = actuatorOnFiles()
    scheduler.threads.set(tid, nice5)
    const answer = await actuator.answer({ do: 'execute', operation: operation(other, nice5) })
    expect(answer).toEqual({ outcome: 'done', before: nice5, after: nice5 })
    expect(scheduler.calls).toEqual([])
  })

  test('is stale if somebody else has changed the value', async () => {
    const { actuator, operation, scheduler, tid } = actuatorOnFiles()
    const theirs = { ...other, nice: 7 }
    scheduler.threads.set(tid, theirs)
    const answer = await actuator.answer({ do: 'execute', operation: operation(other, nice5) })
    expect(answer).toMatchObject({ outcome: 'stale', before: theirs, after: theirs })
    expect(scheduler.calls).toEqual([])
  })

  test('returns to what somebody else set in the meantime, not to what was there before', async () => {
    const { actuator, operation, scheduler, tid, changesFile } = actuatorOnFiles()
    await actuator.answer({ do: 'execute', operation: operation(other, nice5) })
    const theirs = { ...other, nice: 3 }
    scheduler.threads.set(tid, theirs)
    await actuator.answer({ do: 'execute', operation: operation(theirs, nice5) })
    expect(readFileSync(changesFile, 'utf8')).toContain('was 0 0 3 0 set 0 0 -5 0')
  })

  test('keeps the first value over two changes of ours', async () => {
    const { actuator, operation, changesFile } = actuatorOnFiles()
    await actuator.answer({ do: 'execute', operation: operation(other, nice5) })
    await actuator.answer({ do: 'execute', operation: operation(nice5, { ...other, nice: -7 }) })
    expect(readFileSync(changesFile, 'utf8')).toContain('was 0 0 0 0 set 0 0 -7 0')
  })
})

test('answers a ping at once, also while a request is being answered, and logs nothing', async () => {
  const { actuator, operation, records } = actuatorOnFiles()
  const answered: string[] = []
  const change = actuator.answer({ do: 'execute', operation: operation(other, nice5) })
  const ping = actuator.answer({ do: 'ping' })
  await Promise.all([
    change.then(() => answered.push('execute')),
    ping.then((answer) => answered.push(`ping ${answer.outcome}`)),
  ])
  expect(answered).toEqual(['ping done', 'execute'])
  expect(records).toHaveLength(1)
})

test('reads the live value and changes nothing', async () => {
  const { actuator, raise, scheduler, tid } = actuatorOnFiles()
  scheduler.threads.set(tid, nice5)
  expect(await actuator.answer({ do: 'read', operation: raise })).toEqual({
    outcome: 'done',
    before: nice5,
    after: nice5,
  })
  expect(scheduler.calls).toEqual([])
})

describe('a real-time policy', () => {
  test('needs a lease, whose file exists before the policy is set', async () => {
    const { actuator, raise, vm, scheduler, leaseFile } = actuatorOnFiles()
    expect(await actuator.answer({ do: 'execute', operation: raise })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('needs a lease'),
    })
    expect(scheduler.calls).toEqual([])
    expect(await actuator.answer({ do: 'lease', vm, until: 90_100.7 })).toEqual({
      outcome: 'done',
      before: null,
      after: 90_100,
    })
    expect(readFileSync(leaseFile, 'utf8')).toBe('90100 90000\n')
    let hadFiles = false
    scheduler.onChange = () => {
      hadFiles = existsSync(leaseFile)
    }
    expect(await actuator.answer({ do: 'execute', operation: raise })).toMatchObject({
      outcome: 'done',
      after: rr1,
    })
    expect(hadFiles).toBe(true)
  })

  test('is refused once the lease has ended, even before anything has noticed', async () => {
    const { actuator, raise, vm, setUptime } = actuatorOnFiles()
    await actuator.answer({ do: 'lease', vm, until: 90_100 })
    setUptime(90_100)
    expect(await actuator.answer({ do: 'execute', operation: raise })).toMatchObject({ outcome: 'refused' })
  })

  test('is refused above the highest allowed priority', async () => {
    const { actuator, vm, operation } = actuatorOnFiles()
    await actuator.answer({ do: 'lease', vm, until: 90_100 })
    const answer = await actuator.answer({
      do: 'execute',
      operation: operation(other, { ...rr1, rtPriority: 3 }),
    })
    expect(answer).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('above 2') })
  })

  test('is not set on a thread that somebody else made real-time', async () => {
    const { actuator, vm, operation, scheduler, tid } = actuatorOnFiles()
    await actuator.answer({ do: 'lease', vm, until: 90_100 })
    const theirs = { ...rr1, rtPriority: 50 }
    scheduler.threads.set(tid, theirs)
    const answer = await actuator.answer({ do: 'execute', operation: operation(theirs, rr1) })
    expect(answer).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('somebody else') })
    expect(scheduler.threads.get(tid)).toEqual(theirs)
  })
})

describe('a lease', () => {
  test('is renewed, never shortened, and keeps when the first one began', async () => {
    const { actuator, vm, setUptime, leaseFile } = actuatorOnFiles()
    await actuator.answer({ do: 'lease', vm, until: 90_100 })
    setUptime(90_050)
    expect(await actuator.answer({ do: 'lease', vm, until: 90_060 })).toMatchObject({ after: 90_100 })
    expect(await actuator.answer({ do: 'lease', vm, until: 90_150 })).toMatchObject({ after: 90_150 })
    expect(readFileSync(leaseFile, 'utf8')).toBe('90150 90000\n')
  })

  test.each([
    [90_000, 'ended already'],
    [93_601, '3600 s at most'],
  ])('that ends at uptime %i is refused', async (until, reason) => {
    const { actuator, vm, leaseFile } = actuatorOnFiles()
    const answer = await actuator.answer({ do: 'lease', vm, until })
    expect(answer).toMatchObject({ outcome: 'refused', reason: expect.stringContaining(reason) })
    expect(existsSync(leaseFile)).toBe(false)
  })

  test('is not renewed beyond a day after the first one', async () => {
    const { actuator, vm, setUptime, leaseFile } = actuatorOnFiles()
    writeFileSync(leaseFile, `${90_000 + 86_300} 90000\n`)
    setUptime(90_000 + 86_000)
    expect(await actuator.answer({ do: 'lease', vm, until: 90_000 + 86_400 })).toMatchObject({
      outcome: 'done',
    })
    expect(await actuator.answer({ do: 'lease', vm, until: 90_000 + 86_401 })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('a person must decide'),
    })
  })

  test('that has ended is put back before a new one begins', async () => {
    const { actuator, vm, raise, setUptime, scheduler, tid, leaseFile } = actuatorOnFiles()
    await actuator.answer({ do: 'lease', vm, until: 90_100 })
    await actuator.answer({ do: 'execute', operation: raise })
    setUptime(90_200)
    await actuator.answer({ do: 'lease', vm, until: 90_300 })
    expect(scheduler.threads.get(tid)).toEqual(other)
    expect(readFileSync(leaseFile, 'utf8')).toBe('90300 90200\n')
  })

  test('is refused if no CPU would be left for others', async () => {
    const { actuator, vm } = actuatorOnFiles({ vcpus: 2 })
    expect(await actuator.answer({ do: 'lease', vm, until: 90_100 })).toMatchObject({
      outcome: 'refused',
      reason:
        'no CPU would be left for others: 2 threads of this VM and 0 real-time threads of other VMs, on 2 CPUs of which 1 must stay free',
    })
  })

  test('of one VM counts for the next one', async () => {
    const { actuator, identities } = actuatorOnFiles({ vms: 2 })
    const [first, second] = identities
    await actuator.answer({ do: 'lease', vm: first!, until: 90_100 })
    expect(await actuator.answer({ do: 'lease', vm: second!, until: 90_100 })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('1 real-time threads of other VMs'),
    })
    await actuator.answer({ do: 'release', vm: first! })
    expect(await actuator.answer({ do: 'lease', vm: second!, until: 90_100 })).toMatchObject({
      outcome: 'done',
    })
  })

  test('lets a thread that is no vCPU have a real-time policy only if a CPU is left for others then, too', async () => {
    const { actuator, vm, tid, operation, scheduler } = actuatorOnFiles()
    await actuator.answer({ do: 'lease', vm, until: 90_100 })
    const main = { tid: vm.pid }
    expect(await actuator.answer({ do: 'execute', operation: operation(other, rr1, main) })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('is not known to be a vCPU'),
    })
    const any = { ...main, isAnyThread: true } as const
    expect(await actuator.answer({ do: 'execute', operation: operation(other, rr1, any) })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('no CPU would be left for others: 2 threads of this VM'),
    })
    expect(scheduler.calls).toEqual([])
    expect(await actuator.answer({ do: 'execute', operation: operation(other, nice5, any) })).toMatchObject({
      outcome: 'done',
    })
    expect(scheduler.threads.get(tid)).toBeUndefined()
  })

  test('is refused while real-time threads may not run at all', async () => {
    const { actuator, vm, procfs } = actuatorOnFiles()
    mkdirSync(join(procfs, 'sys/kernel'), { recursive: true })
    writeFileSync(join(procfs, 'sys/kernel/sched_rt_runtime_us'), '0\n')
    expect(await actuator.answer({ do: 'lease', vm, until: 90_100 })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('sched_rt_runtime_us is 0'),
    })
  })

  test('is refused while the kernel does not limit real-time threads', async () => {
    const { actuator, vm, procfs } = actuatorOnFiles()
    mkdirSync(join(procfs, 'sys/kernel'), { recursive: true })
    writeFileSync(join(procfs, 'sys/kernel/sched_rt_runtime_us'), '-1\n')
    expect(await actuator.answer({ do: 'lease', vm, until: 90_100 })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('sched_rt_runtime_us is -1'),
    })
  })

  test('is released only when no thread has a real-time policy of ours any more', async () => {
    const { actuator, vm, raise, lower, leaseFile } = actuatorOnFiles()
    await actuator.answer({ do: 'lease', vm, until: 90_100 })
    await actuator.answer({ do: 'execute', operation: raise })
    expect(await actuator.answer({ do: 'release', vm })).toMatchObject({ outcome: 'refused', after: 90_100 })
    expect(existsSync(leaseFile)).toBe(true)
    await actuator.answer({ do: 'execute', operation: lower })
    expect(await actuator.answer({ do: 'release', vm })).toEqual({
      outcome: 'done',
      before: 90_100,
      after: null,
    })
    expect(existsSync(leaseFile)).toBe(false)
    expect(await actuator.answer({ do: 'release', vm })).toEqual({
      outcome: 'done',
      before: null,
      after: null,
    })
  })
})

describe('only reading and reversing are left', () => {
  const stop = ({ stopFile }: ReturnType<typeof actuatorOnFiles>) => writeFileSync(stopFile, 'why\n')

  test.each([
    ['while the kill switch is set', 'the kill switch is set', stop],
    [
      'while the policy protects the VM',
      'the policy protects this VM',
      (host: ReturnType<typeof actuatorOnFiles>) => {
        const { limits } = host.given
        host.given.limits = () => ({ ...limits(), isProtected: ({ name }) => name === 'vm-0000' })
      },
    ],
    [
      'while the policy is broken',
      'line 3 is wrong',
      (host: ReturnType<typeof actuatorOnFiles>) => {
        host.given.limits = () => {
          throw new Error('line 3 is wrong')
        }
      },
    ],
  ])('%s', async (_name, reason, forbid) => {
    const host = actuatorOnFiles()
    const { actuator, vm, raise, lower, operation, scheduler, tid } = host
    await actuator.answer({ do: 'lease', vm, until: 90_100 })
    await actuator.answer({ do: 'execute', operation: raise })
    forbid(host)
    const no = { outcome: 'refused', reason: expect.stringContaining(reason) }
    expect(await actuator.answer({ do: 'lease', vm, until: 90_200 })).toMatchObject(no)
    const further = operation(rr1, { ...rr1, rtPriority: 2 })
    expect(await actuator.answer({ do: 'execute', operation: further })).toMatchObject(no)
    expect(await actuator.answer({ do: 'execute', operation: operation(rr1, nice5) })).toMatchObject(no)
    expect(await actuator.answer({ do: 'read', operation: raise })).toMatchObject({
      outcome: 'done',
      after: rr1,
    })
    expect(await actuator.answer({ do: 'execute', operation: lower })).toMatchObject({ outcome: 'done' })
    expect(scheduler.threads.get(tid)).toEqual(other)
    expect(await actuator.answer({ do: 'execute', operation: raise })).toMatchObject(no)
    expect(await actuator.answer({ do: 'release', vm })).toMatchObject({ outcome: 'done' })
  })

  test('while the kill switch is a folder', async () => {
    const { actuator, stopFile, operation } = actuatorOnFiles()
    mkdirSync(stopFile)
    const answer = await actuator.answer({ do: 'execute', operation: operation(other, nice5) })
    expect(answer).toMatchObject({ outcome: 'refused' })
  })

  test('by a new process, which knows the changes of the one before', async () => {
    const host = actuatorOnFiles()
    await host.actuator.answer({ do: 'execute', operation: host.operation(other, nice5) })
    stop(host)
    const successor = host.create()
    const answer = await successor.answer({ do: 'execute', operation: host.operation(nice5, other) })
    expect(answer).toMatchObject({ outcome: 'done', after: other })
  })

  test('and a value beyond the limits, if it was there before', async () => {
    const { actuator, operation, scheduler, tid } = actuatorOnFiles()
    const before = { ...other, nice: -20 }
    scheduler.threads.set(tid, before)
    await actuator.answer({ do: 'execute', operation: operation(before, nice5) })
    expect(await actuator.answer({ do: 'execute', operation: operation(nice5, before) })).toMatchObject({
      outcome: 'done',
      after: before,
    })
  })
})

describe('if the kernel refuses', () => {
  test('the policy, nothing is changed and nothing stays recorded', async () => {
    const { actuator, vm, raise, scheduler, tid, changesFile } = actuatorOnFiles()
    await actuator.answer({ do: 'lease', vm, until: 90_100 })
    scheduler.failures.set(`setPolicy ${tid}`, 'EPERM')
    expect(await actuator.answer({ do: 'execute', operation: raise })).toEqual({
      outcome: 'failed',
      before: other,
      after: other,
      reason: expect.stringMatching(
        /^the kernel does not permit rr 1 for thread \d+ \(EPERM\): the actuator has CAP_SYS_NICE, so/,
      ),
    })
    expect(existsSync(changesFile)).toBe(false)
  })

  test('nice after the policy, the policy is put back', async () => {
    const { actuator, vm, operation, scheduler, tid, changesFile } = actuatorOnFiles()
    await actuator.answer({ do: 'lease', vm, until: 90_100 })
    scheduler.failures.set(`setNice ${tid}`, 'EACCES')
    const change = operation(other, { ...rr1, nice: -5 })
    expect(await actuator.answer({ do: 'execute', operation: change })).toEqual({
      outcome: 'failed',
      before: other,
      after: other,
      reason: expect.stringContaining('the policy had been set and was put back'),
    })
    expect(scheduler.calls).toEqual([`policy ${tid} 2 1`, `nice ${tid} -5`, `policy ${tid} 0 0`])
    expect(existsSync(changesFile)).toBe(false)
  })

  test('also to put the policy back, it says so, and the record stays', async () => {
    const { actuator, vm, operation, scheduler, tid, changesFile } = actuatorOnFiles()
    await actuator.answer({ do: 'lease', vm, until: 90_100 })
    scheduler.failures.set(`setNice ${tid}`, 'EACCES')
    scheduler.onChange = () => {
      if (scheduler.calls.length === 2) scheduler.failures.set(`setPolicy ${tid}`, 'EPERM')
    }
    const answer = await actuator.answer({
      do: 'execute',
      operation: operation(other, { ...rr1, nice: -5 }),
    })
    expect(answer).toEqual({
      outcome: 'failed',
      before: other,
      after: rr1,
      reason: expect.stringContaining('could not be put back'),
    })
    expect(existsSync(changesFile)).toBe(true)
  })

  test('to keep the value, the answer is failed', async () => {
    const { actuator, operation, scheduler } = actuatorOnFiles()
    scheduler.setPolicy = () => {}
    scheduler.setNice = () => {}
    expect(await actuator.answer({ do: 'execute', operation: operation(other, nice5) })).toEqual({
      outcome: 'failed',
      before: other,
      after: other,
      reason: 'the value was not kept',
    })
  })

  test('because the thread has ended meanwhile, the answer is stale', async () => {
    const { actuator, operation, scheduler, tid } = actuatorOnFiles()
    scheduler.failures.set(`read ${tid}`, 'ESRCH')
    const answer = await actuator.answer({ do: 'execute', operation: operation(other, nice5) })
    expect(answer).toEqual({ outcome: 'stale', reason: 'the thread has ended' })
  })
})

test('a change that cannot be recorded is not made', async () => {
  const { actuator, operation, scheduler, rundir } = actuatorOnFiles()
  renameSync(join(rundir, 'kvminfo/changes'), join(rundir, 'kvminfo/moved'))
  writeFileSync(join(rundir, 'kvminfo/changes'), '')
  const answer = await actuator.answer({ do: 'execute', operation: operation(other, nice5) })
  expect(answer).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('cannot be recorded') })
  expect(scheduler.calls).toEqual([])
})

test('the operation of a placebo run holds its value over a restart, and touches no thread', async () => {
  const { actuator, vm, scheduler, create } = actuatorOnFiles()
  const operation = { kind: 'nothing', vm, from: 0, to: 1 } as const
  expect(await actuator.answer({ do: 'execute', operation })).toEqual({
    outcome: 'done',
    before: 0,
    after: 1,
  })
  const successor = create()
  expect(await successor.answer({ do: 'read', operation })).toMatchObject({ after: 1 })
  expect(await successor.answer({ do: 'execute', operation: reversed(operation) })).toEqual({
    outcome: 'done',
    before: 1,
    after: 0,
  })
  expect(scheduler.calls).toEqual([])
})

test('answers requests one after the other, in their order', async () => {
  const { actuator, operation } = actuatorOnFiles()
  const values = [0, -1, -2, -3].map((nice) => ({ ...other, nice }))
  const answers = await Promise.all(
    values
      .slice(1)
      .map((to, at) => actuator.answer({ do: 'execute', operation: operation(values[at]!, to) })),
  )
  expect(answers.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done'])
})
