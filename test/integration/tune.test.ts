// `kvminfo tune` with the two real programs of remediation, on the threads of processes that look like VMs. What was set is
// read from the kernel.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { schedulingOf } from '../helpers/busy-vm.ts'
import { startFakeVm } from '../helpers/fake-vm.ts'
import { eventually } from '../helpers/kvminfo-process.ts'
import { approverToken, runningRemediate } from '../helpers/running-remediate.ts'

// SCHED_* numbers.
const [other, fifo, batch] = [0, 1, 3]

test('a real-time policy, asked for by the number of a thread, holds under a lease until it is undone', async () => {
  const { vm, tid } = await startFakeVm()
  const remediate = await runningRemediate()
  const set = await remediate.command(
    'tune',
    'sched',
    String(tid),
    '--policy=fifo',
    '--priority=2',
    '--for=1h',
  )
  expect(set).toMatchObject({ code: 0, stderr: '' })
  expect(set.stdout).toMatch(/ {2}WHAT +BEFORE +AFTER\n {2}thread \d+ \(vCPU 0\) +other, nice 0 +fifo 2\n/)
  expect(set.stdout).toMatch(
    /Asked for by .+ on this host\. It is undone in (59 min|1 h).*\. Undo: kvminfo tune undo 1\n$/,
  )
  expect(schedulingOf(tid)).toBe(`${fifo} 2 0`)
  // Only that thread.
  const others = readdirSync(`/proc/${vm.pid}/task`).filter((name) => Number(name) !== tid)
  expect(others.map((name) => schedulingOf(Number(name)))).toEqual(others.map(() => `${other} 0 0`))
  const lease = join(remediate.rundir, 'kvminfo/leases', `${vm.pid}-${vm.startTick}`)
  const [until, first] = readFileSync(lease, 'utf8').split(' ').map(Number) as [number, number]
  // Not the hour that was asked for: it is renewed while the program lives.
  expect(until - first).toBeLessThan(20 * 60)
  expect((await remediate.run(1)).verdict).toBeNull()

  const status = await remediate.command('tune', 'status', 'fake')
  expect(status.stdout).toContain('Run 1: sched-tier on fake, holding\n')
  expect(status.stdout).toMatch(/other, nice 0 +fifo 2\n/)
  const undone = await remediate.command('tune', 'undo', 'fake')
  expect(undone).toMatchObject({ code: 0, stderr: '' })
  expect(undone.stdout).toMatch(
    /^Run 1 is undone: .*\n.*\n {2}thread \d+ \(vCPU 0\) +fifo 2 +other, nice 0\n$/,
  )
  expect(schedulingOf(tid)).toBe(`${other} 0 0`)
  expect(existsSync(lease)).toBe(false)
  expect(await remediate.runs()).toMatchObject({ open: [], kept: [] })
})

test('a nice value and a policy of all threads, the cooldown, and what passes over it', async () => {
  const { vm, tid } = await startFakeVm()
  const remediate = await runningRemediate('limits: {changes_per_hour: 20}')
  const json = await remediate.command('tune', 'nice', String(vm.pid), '-5', '--json')
  expect(json.code).toBe(0)
  expect(JSON.parse(json.stdout)).toMatchObject({
    run: { id: 1, state: 'unproven', verdict: null, by_hand: { judged: false, lasts_seconds: null } },
    values: [{ what: `thread ${tid} (vCPU 0)`, before: 'other, nice 0', after: 'other, nice -5' }],
  })
  expect(schedulingOf(tid)).toBe(`${other} 0 -5`)

  const again = ['tune', 'sched', 'fake', '--policy=batch', '--threads=all'] as const
  const refused = await remediate.command(...again)
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.stderr).toMatch(/^kvminfo: Not done: cooldown: .* add --force and --reason "\.\.\."\.\n$/)
  const dry = await remediate.command(...again, '--dry-run')
  expect(dry).toMatchObject({ code: 0 })
  expect(dry.stdout).toMatch(/Needs --force and --reason, because: cooldown: .*\n\nNothing was changed\.\n$/)
  expect(schedulingOf(vm.pid)).toBe(`${other} 0 0`)

  const forced = await remediate.command(...again, '--force', '--reason=the night shift waits')
  expect(forced).toMatchObject({ code: 0, stderr: '' })
  const threads = readdirSync(`/proc/${vm.pid}/task`).map(Number)
  expect(threads.map(schedulingOf)).toEqual(
    threads.map((one) => (one === tid ? `${batch} 0 -5` : `${batch} 0 0`)),
  )
  // Each goes back to what it was before that run.
  await remediate.command('tune', 'undo', '2')
  expect(schedulingOf(tid)).toBe(`${other} 0 -5`)
  expect(schedulingOf(vm.pid)).toBe(`${other} 0 0`)
  const history = await remediate.command('remediate', 'history')
  expect(history.stdout).toContain('forced because: the night shift waits')
  const { events } = await remediate.run(2)
  expect(events.find(({ kind }) => kind === 'forced')?.body).toMatchObject({
    reason: 'the night shift waits',
    passedOver: [expect.stringMatching(/^cooldown/)],
  })
  await remediate.command('tune', 'undo', '1')
  expect(schedulingOf(tid)).toBe(`${other} 0 0`)
  // What people have undone is nothing to wait for.
  for (const value of ['-1', '-2']) {
    expect(await remediate.command('tune', 'nice', 'fake', value)).toMatchObject({ code: 0, stderr: '' })
    expect(schedulingOf(tid)).toBe(`${other} 0 ${value}`)
    await remediate.command('tune', 'undo', 'fake')
  }
})

test('nothing passes over protected VMs, the kill switch, the limits, and room for others', async () => {
  const { vm, tid } = await startFakeVm()
  const remediate = await runningRemediate('actuator: {max_realtime_priority: 50}')
  const force = ['--force', '--reason=now']
  const refusal = async (...args: string[]) => {
    const { code, stderr } = await remediate.command('tune', ...args, ...force)
    expect(code).toBe(1)
    return stderr
  }
  expect(await refusal('sched', 'fake', '--policy=rr', '--priority=51')).toMatch(
    /it does not hold that the real-time priority is at most 50 \(51\)/,
  )
  expect(await refusal('tier', 'fake', 'paper:3')).toMatch(/the real-time priority is at most 50 \(99\)/)
  expect(await refusal('nice', 'fake', '-11')).toMatch(/the nice value is at least -10 \(-11\)/)
  expect(await refusal('sched', 'fake', '--policy=rr', '--priority=1', '--threads=all')).toMatch(
    /1 of the CPUs cannot be filled by real-time vCPUs/,
  )
  await remediate.command('remediate', 'stop')
  expect(await refusal('nice', 'fake', '-1')).toMatch(/the kill switch is set/)
  expect(schedulingOf(tid)).toBe(`${other} 0 0`)
  expect(schedulingOf(vm.pid)).toBe(`${other} 0 0`)

  const guarded = await runningRemediate('vms: [{name: "f*", protected: true}]')
  const { code, stderr } = await guarded.command('tune', 'nice', 'fake', '-1', ...force)
  expect([code, stderr]).toEqual([1, 'kvminfo: Not done: the policy protects this VM.\n'])
  expect(schedulingOf(tid)).toBe(`${other} 0 0`)
})

test('names that mean no VM, or a process that is none, say what to do', async () => {
  await startFakeVm()
  const remediate = await runningRemediate()
  const refusal = async (...args: string[]) => (await remediate.command('tune', ...args)).stderr
  // Other tests may run a VM at the same time.
  expect(await refusal('nice', 'web9', '-1')).toMatch(
    /^kvminfo: Not done: there is no VM "web9" on this host, and no process with that number; these run: .*"fake".*\.\n$/,
  )
  expect(await refusal('sched', '1', '--policy=fifo', '--priority=2')).toMatch(
    /^kvminfo: Not done: 1 is the process ".*", which is no VM; for other processes, use: chrt --fifo --pid 2 1\.\n$/,
  )
  expect(await refusal('nice', '1', '-3')).toMatch(/use: renice --priority -3 --pid 1\.\n$/)
  expect(await refusal('undo', 'web9')).toMatch(/^kvminfo: nothing is in place on a VM "web9"/)
  expect(await refusal('undo', '9')).toBe('kvminfo: There is no such run.\n')
})

test('over HTTP it needs the token of approvers, and a body without mistakes', async () => {
  const { tid } = await startFakeVm()
  const remediate = await runningRemediate()
  const post = async (body: unknown, token?: string) => {
    const answer = await fetch(`${remediate.url}/api/v1/tune`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    })
    return { status: answer.status, text: await answer.text() }
  }
  const body = { action: 'sched-tier', vm: 'fake', settings: { nice: -2 }, who: 'root' }
  expect(await post(body)).toMatchObject({ status: 401 })
  expect(await post({ ...body, settings: { nice: -21 } }, approverToken)).toMatchObject({
    status: 400,
    text: expect.stringMatching(/^The body is wrong: settings\.nice: /),
  })
  expect(await post({ ...body, plan_sha: 'another' }, approverToken)).toMatchObject({
    status: 409,
    text: expect.stringContaining('the host has changed since the plan was shown'),
  })
  expect(await post(body, approverToken)).toMatchObject({ status: 200 })
  await eventually('it is applied', () => (schedulingOf(tid) === `${other} 0 -2` ? true : undefined))
  // Whoever has the token cannot choose a name for the history.
  expect((await remediate.run(1)).by_hand?.who).toBe('a person with the token of approvers')
})

test('a wait can be interrupted, says how to undo, and the run goes on', async () => {
  const { tid } = await startFakeVm()
  const remediate = await runningRemediate('measure: {window: 10m}')
  const waiting = remediate.start('tune', 'sched', 'fake', '--policy=fifo', '--priority=1', '--judge')
  await eventually('the trial has begun', async () =>
    (await remediate.runs()).open[0]?.state === 'measuring' ? true : undefined,
  )
  waiting.child.kill('SIGINT')
  expect(await waiting.finished()).toMatchObject({
    code: 1,
    stderr: 'kvminfo: run 1 goes on. See it with "kvminfo tune status", undo it with "kvminfo tune undo 1"\n',
  })
  expect((await remediate.run(1)).state).toBe('measuring')
  expect((await remediate.command('tune', 'undo', '1')).code).toBe(0)
  expect(schedulingOf(tid)).toBe(`${other} 0 0`)
})
