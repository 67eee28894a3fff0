// `kvminfo actuate` as a process, with real scheduling calls on a process that looks like a VM, asserted against chrt.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ActuatorClient } from '../../src/actuator/client.ts'
import { reversed, type Scheduling, type ThreadSchedulingOperation } from '../../src/actuator/protocol.ts'
import { type FakeVm, startFakeVm } from '../helpers/fake-vm.ts'
import { eventually, kvminfoCommand, RunningProcess } from '../helpers/kvminfo-process.ts'
import { scratchDirectory } from '../helpers/scratch.ts'

const other: Scheduling = { policy: 0, rtPriority: 0, nice: 0, resetOnFork: false }
const rr1: Scheduling = { policy: 2, rtPriority: 1, nice: -5, resetOnFork: true }

const uptime = () => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])

/** What chrt and ps say of a thread: `SCHED_RR|SCHED_RESET_ON_FORK 1 -5`. */
function scheduling(tid: number): string {
  const text = execFileSync('chrt', ['--pid', String(tid)], { encoding: 'utf8' })
  const [, policy, priority] = /policy: (\S+)\n.*priority: (\d+)/.exec(text)!
  const nice = readFileSync(`/proc/${tid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[16]
  return `${policy} ${priority} ${nice}`
}

async function startActuate(rundir = scratchDirectory(), ...args: string[]) {
  const socket = join(rundir, 'a.sock')
  const flags = [`--actuator.socket=${socket}`, `--path.rundir=${rundir}`, ...args]
  const actuate = new RunningProcess(kvminfoCommand('actuate', ...flags))
  onTestFinished(async () => void (await actuate.stop()))
  await actuate.logged('msg=listening')
  return { actuate, rundir, socket, client: new ActuatorClient(socket, 30_000) }
}

function operation({ vm, tid, threadStartTick }: FakeVm, to = rr1): ThreadSchedulingOperation {
  return { kind: 'thread-scheduling', vm, tid, threadStartTick, from: other, to }
}

test('makes a vCPU thread real-time under a lease, and reverses it; a stop changes nothing', async () => {
  const { actuate, client, rundir } = await startActuate()
  const fake = await startFakeVm()
  const raise = operation(fake)
  expect(await client.read(raise)).toEqual({ outcome: 'done', before: other, after: other })
  expect(await client.execute(raise)).toMatchObject({ outcome: 'refused' })
  expect(await client.lease(fake.vm, uptime() + 600)).toMatchObject({ outcome: 'done' })
  expect(await client.execute(raise)).toEqual({ outcome: 'done', before: other, after: rr1 })
  expect(scheduling(fake.tid)).toBe('SCHED_RR|SCHED_RESET_ON_FORK 1 -5')
  expect(scheduling(fake.vm.pid)).toBe('SCHED_OTHER 0 0')
  expect(await actuate.stop()).toMatchObject({ code: 0 })
  expect(scheduling(fake.tid)).toBe('SCHED_RR|SCHED_RESET_ON_FORK 1 -5')

  const again = await startActuate(rundir)
  expect(await again.client.execute(reversed(raise))).toEqual({ outcome: 'done', before: rr1, after: other })
  expect(scheduling(fake.tid)).toBe('SCHED_OTHER 0 0')
  expect(await again.client.release(fake.vm)).toMatchObject({ outcome: 'done' })
})

test('puts the thread back when the lease ends', async () => {
  const { client, rundir, actuate } = await startActuate()
  const fake = await startFakeVm()
  await client.lease(fake.vm, uptime() + 3)
  // Refused if the machine was too busy to get here in time; the thread is then as before as well.
  await client.execute(operation(fake))
  await eventually('put back', () => (scheduling(fake.tid) === 'SCHED_OTHER 0 0' ? true : undefined))
  await actuate.logged('the lease of a VM has ended')
  expect(existsSync(join(rundir, `kvminfo/leases/${fake.vm.pid}-${fake.vm.startTick}`))).toBe(false)
})

test('killed with a lease that has ended meanwhile, the next process puts the thread back before it listens', async () => {
  const { actuate, client, rundir } = await startActuate()
  const fake = await startFakeVm()
  await client.lease(fake.vm, uptime() + 600)
  await client.execute(operation(fake))
  actuate.child.kill('SIGKILL')
  await actuate.finished()
  expect(scheduling(fake.tid)).toBe('SCHED_RR|SCHED_RESET_ON_FORK 1 -5')
  writeFileSync(join(rundir, `kvminfo/leases/${fake.vm.pid}-${fake.vm.startTick}`), '1 1\n')
  await startActuate(rundir)
  expect(scheduling(fake.tid)).toBe('SCHED_OTHER 0 0')
})

test('knows a VM that has ended, and a process that is no VM', async () => {
  const { client } = await startActuate()
  const fake = await startFakeVm()
  await fake.kill()
  expect(await client.execute(operation(fake))).toMatchObject({ outcome: 'stale' })
  const own = Number(readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)!.split(' ')[19])
  expect(await client.lease({ uuid: null, pid: process.pid, startTick: own }, uptime() + 60)).toMatchObject({
    outcome: 'refused',
    reason: `process ${process.pid} is not a KVM virtual machine by its command line`,
  })
})

test('obeys the kill switch at once, and still reverses', async () => {
  const { client, rundir } = await startActuate()
  const fake = await startFakeVm()
  const change = operation(fake, { ...other, nice: -3 })
  await client.execute(change)
  mkdirSync(join(rundir, 'kvminfo'), { recursive: true })
  writeFileSync(join(rundir, 'kvminfo/remediation.stop'), '')
  expect(await client.execute({ ...change, from: change.to, to: { ...other, nice: -4 } })).toMatchObject({
    outcome: 'refused',
  })
  expect(await client.execute(reversed(change))).toMatchObject({ outcome: 'done', after: other })
})

test('refuses a user who was not named, and accepts one who was', async () => {
  const ask = (socket: string) => {
    const code = `
      const socket = require('net').connect(${JSON.stringify(socket)})
      socket.on('data', (text) => { process.stdout.write(text); socket.destroy() })
      socket.write('{}\\n')`
    const args = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '-e', code]
    return execFileSync('setpriv', args, { encoding: 'utf8' })
  }
  const open = (rundir: string, socket: string) => {
    execFileSync('chmod', ['a+x', rundir])
    execFileSync('chmod', ['a+rw', socket])
  }
  const closed = await startActuate()
  open(closed.rundir, closed.socket)
  expect(ask(closed.socket)).toBe('{"outcome":"refused","reason":"uid 65534 may not use the actuator"}\n')
  const named = await startActuate(scratchDirectory(), '--actuator.allowed-user=nobody')
  open(named.rundir, named.socket)
  expect(ask(named.socket)).toContain('not a request')
})

test('uses the socket that systemd passes, and leaves it in place', async () => {
  const directory = scratchDirectory()
  const path = join(directory, 'passed.sock')
  const command = kvminfoCommand('actuate', `--path.rundir=${directory}`)
  const actuate = new RunningProcess(['systemd-socket-activate', `--listen=${path}`, ...command])
  onTestFinished(async () => void (await actuate.stop()))
  await actuate.logged('Listening on')
  const fake = await startFakeVm()
  // The first connection starts it.
  expect(await new ActuatorClient(path, 60_000).read(operation(fake))).toMatchObject({ outcome: 'done' })
  expect(await actuate.logged('msg=listening')).toEqual([expect.stringContaining('socket="of systemd"')])
  expect(await actuate.stop()).toMatchObject({ code: 0 })
  expect(existsSync(path)).toBe(true)
})
