// `kvminfo remediate` as a process, with its actuator, on a process that looks like a VM and really waits for a CPU: from
// the webhook to the verdict, asserted against the kernel.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunDocument } from '../../src/remediate/approve/documents.ts'
import { busyUuid, schedulingOf, startBusyVm } from '../helpers/busy-vm.ts'
import { eventually, kvminfoCommand, RunningProcess } from '../helpers/kvminfo-process.ts'
import { alertmanagerToken, approverToken, runningRemediate } from '../helpers/running-remediate.ts'

type Started = Awaited<ReturnType<typeof start>>

async function start(policy = '', root?: string) {
  const started = await runningRemediate(`measure: {window: 400ms}\n${policy}`, root)
  return {
    ...started,
    command: (...args: string[]) => started.command('remediate', ...args),
    async post(path: string, given: string | undefined, body: unknown) {
      const answer = await fetch(started.url + path, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          ...(given === undefined ? {} : { Authorization: `Bearer ${given}` }),
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return { status: answer.status, text: await answer.text() }
    },
  }
}

const notification = (vm: string, changes: Record<string, unknown> = {}) => ({
  version: '4',
  status: 'firing',
  receiver: 'kvminfo-remediation',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'KvmVmCpuStarved', instance: 'kvm1', vm, remediation: 'sched-tier' },
      annotations: {},
      startsAt: '2026-11-26T18:44:04Z',
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: 'c1e5e5d1c4b3a291',
      ...changes,
    },
  ],
})

const ended = async (started: Started, id: number, ...open: readonly string[]): Promise<RunDocument> =>
  eventually(`run ${id} ends:\n${started.program.stderr}`, async () => {
    const run = await started.run(id)
    return ['received', 'approved', 'applying', 'measuring', 'undoing', ...open].includes(run.state)
      ? undefined
      : run
  })

test('a starved VM gets a real-time tier, which is proven by turns and held under a lease; undo puts it back', async () => {
  const vm = await startBusyVm('busy', 2)
  const started = await start()
  expect(schedulingOf(vm.tid)).toBe('0 0 0')
  expect(await started.post('/alerts', alertmanagerToken, notification('busy'))).toMatchObject({
    status: 202,
  })
  // The same problem again, as a replica of Prometheus reports it.
  await started.post(
    '/alerts',
    alertmanagerToken,
    notification('busy', { fingerprint: 'd2', startsAt: '2026-11-26T19:00:00Z' }),
  )
  const run = await ended(started, 1)
  expect([run.state, run.reason]).toEqual(['holding', expect.stringMatching(/^the VM waited/)])
  expect(run).toMatchObject({ state: 'holding', verdict: 'improved', uuid: busyUuid, action: 'sched-tier' })
  expect(schedulingOf(vm.tid)).toBe('2 1 0')
  expect((await started.runs()).open.map(({ id }) => id)).toEqual([1])
  const [lease] = readFileSync(join(started.root, 'run/kvminfo/leases', leaseName(vm.vm.pid)), 'utf8').split(
    /\s/,
  )
  expect(Number(lease)).toBeGreaterThan(uptime())

  const undone = await started.command('undo', '1')
  expect(undone).toMatchObject({ code: 0, stdout: expect.stringContaining('Run 1 is undone.') })
  expect(schedulingOf(vm.tid)).toBe('0 0 0')
  expect(existsSync(join(started.root, 'run/kvminfo/leases', leaseName(vm.vm.pid)))).toBe(false)
})

const uptime = (): number => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
const leaseName = (pid: number): string =>
  `${pid}-${readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19]}`

test('killed in the middle of a trial, it leaves the host as it was after the next start', async () => {
  const vm = await startBusyVm('killed', 1)
  const started = await start()
  await started.post('/alerts', alertmanagerToken, notification('killed'))
  await eventually('the tier is applied', () => (schedulingOf(vm.tid) === '2 1 0' ? true : undefined))
  const actuator = Number(
    readFileSync(
      `/proc/${started.program.child.pid}/task/${started.program.child.pid}/children`,
      'utf8',
    ).trim(),
  )
  started.program.child.kill('SIGKILL')
  process.kill(actuator, 'SIGKILL')
  await started.program.finished()
  expect(schedulingOf(vm.tid)).toBe('2 1 0')
  const again = await start('', started.root)
  const run = await ended(again, 1)
  expect(run).toMatchObject({
    state: 'undone',
    reason: 'the program was interrupted in the middle of the change',
  })
  expect(schedulingOf(vm.tid)).toBe('0 0 0')
})

test('a proposal needs the token of approvers and the plan that was shown', async () => {
  const vm = await startBusyVm('asked', 1)
  const started = await start('mode: propose\nactions: {sched-tier: {tier: "safe:1"}}')
  await started.post('/alerts', alertmanagerToken, notification('asked'))
  const run = await ended(started, 1)
  expect(run).toMatchObject({
    state: 'proposed',
    plan: { changes: [{ now: 'other, nice 0', next: 'other, nice -5' }] },
  })
  const approve = (token: string | undefined, sha: unknown) =>
    started.post('/api/v1/runs/1/approve', token, { plan_sha: sha })
  expect(await approve(undefined, run.plan_sha)).toMatchObject({ status: 401 })
  expect(await approve(alertmanagerToken, run.plan_sha)).toMatchObject({ status: 401 })
  expect(await approve(approverToken, 'another')).toMatchObject({ status: 409 })
  expect(await approve(approverToken, undefined)).toMatchObject({ status: 400 })
  expect(schedulingOf(vm.tid)).toBe('0 0 0')
  expect(await approve(approverToken, run.plan_sha)).toMatchObject({ status: 200 })
  const final = await ended(started, 1, 'proposed')
  expect([final.state, final.verdict]).toEqual(['kept', 'improved'])
  expect(schedulingOf(vm.tid)).toBe('0 0 -5')
})

test('the kill switch undoes a trial within seconds and lets nothing begin', async () => {
  const vm = await startBusyVm('stopped', 1)
  const started = await start()
  await started.post('/alerts', alertmanagerToken, notification('stopped'))
  await eventually('the tier is applied', () => (schedulingOf(vm.tid) === '2 1 0' ? true : undefined))
  expect(await started.command('stop')).toMatchObject({ code: 0 })
  expect(await ended(started, 1)).toMatchObject({ state: 'undone', reason: 'the kill switch is set' })
  expect(schedulingOf(vm.tid)).toBe('0 0 0')
  expect((await started.runs()).stopped).toBe(true)
  expect((await started.command('list')).stdout).toContain('The kill switch is set')
})

test.each([
  ['without a token', undefined, notification('a'), 401],
  ["with the approver's token", approverToken, notification('a'), 401],
  ['that is not JSON', alertmanagerToken, '{"version":', 400],
  ['of another version', alertmanagerToken, { ...notification('a'), version: '5' }, 400],
  ['with alerts left out', alertmanagerToken, { ...notification('a'), truncatedAlerts: 1 }, 400],
  ['of 3 MB', alertmanagerToken, notification('x'.repeat(3_000_000)), 413],
])('refuses a notification %s, and keeps running', async (_what, token, body, status) => {
  const started = await start()
  expect(await started.post('/alerts', token, body)).toMatchObject({ status })
  expect(await started.runs()).toMatchObject({ stopped: false, open: [], ended: [] })
  expect((await fetch(`${started.url}/-/healthy`)).status).toBe(200)
})

test('alerts of other hosts, of VMs that do not exist and with hostile names open nothing', async () => {
  const started = await start()
  for (const labels of [
    { instance: 'kvm2', vm: 'a', remediation: 'sched-tier' },
    { instance: 'kvm1', vm: 'a; reboot', remediation: 'sched-tier' },
    { instance: 'kvm1', vm: '--all', remediation: 'sched-tier' },
    { instance: 'kvm1', vm: '3', remediation: 'sched-tier' },
    { instance: 'kvm1', vm: 'a', remediation: 'reboot' },
    { instance: 'kvm1', vm: 'a' },
  ]) {
    const answer = await started.post('/alerts', alertmanagerToken, notification('', { labels }))
    expect(answer).toEqual({ status: 202, text: '{"alerts":1,"opened":0}' })
  }
})

test('500 alerts at once open one run per VM and action', async () => {
  const vm = await startBusyVm('stormy', 0)
  const started = await start('limits: {storm_alerts: 10, storm_period: 1h}')
  const [alert] = notification('stormy').alerts
  const alerts = Array.from({ length: 500 }, (_, n) => ({ ...alert, fingerprint: n.toString(16) }))
  expect(await started.post('/alerts', alertmanagerToken, { version: '4', alerts })).toMatchObject({
    status: 202,
  })
  const { open } = await started.runs()
  expect(open.map(({ state }) => state)).toEqual(['received'])
  expect(schedulingOf(vm.tid)).toBe('0 0 0')
})

test('its commands say what is wrong', async () => {
  const started = await start()
  expect(await started.command('show', '7')).toMatchObject({
    code: 1,
    stderr: 'kvminfo: There is no such run.\n',
  })
  expect(await started.command('undo', '7')).toMatchObject({
    code: 1,
    stderr: 'kvminfo: There is no such run.\n',
  })
  expect(await started.command('show', '../metrics')).toMatchObject({ code: 2 })
  expect(await started.command('plan', 'reboot')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('actions: sched-tier'),
  })
  expect(await started.command('plan', 'sched-tier', 'nobody')).toMatchObject({
    code: 1,
    stderr: 'kvminfo: Nothing can be planned: no VM "nobody" runs on this host.\n',
  })
})

test('its metrics say whether the actuator answers, and which runs there are', async () => {
  const vm = await startBusyVm('counted', 1)
  const started = await start('mode: propose')
  const metrics = async () => (await fetch(`${started.url}/metrics`)).text()
  await eventually(
    'the actuator answers',
    async () => (await metrics()).includes('\nkvminfo_remediation_actuator_up 1\n') || undefined,
  )
  await started.post('/alerts', alertmanagerToken, notification('counted'))
  await ended(started, 1)
  expect(await metrics()).toContain(
    '\nkvminfo_remediation_run_info{run="1",action="sched-tier",vm="counted",device="",state="proposed",verdict=""} 1\n',
  )
  expect(schedulingOf(vm.tid)).toBe('0 0 0')
})

test('two of them cannot use one journal', async () => {
  const started = await start()
  const second = new RunningProcess(
    kvminfoCommand(
      'remediate',
      `--policy.file=${join(started.root, 'policy.yml')}`,
      `--state.directory=${join(started.root, 'state')}`,
      `--path.rundir=${join(started.root, 'run')}`,
      '--web.listen-address=127.0.0.1:0',
    ),
  )
  expect(await second.finished()).toMatchObject({ code: 1, stderr: expect.stringContaining('journal') })
})
