import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Scheduling, ThreadSchedulingOperation } from '../../../../src/actuator/protocol.ts'
import type { HandSettings, ThreadSet } from '../../../../src/model/remediation.ts'
import type { Vm } from '../../../../src/model/vm.ts'
import { type Sample, takeSample } from '../../../../src/observe/sample.ts'
import { actionPolicy, parsePolicy } from '../../../../src/policy/schema.ts'
import { isRefusal, type Plan, type PlanInput } from '../../../../src/remediate/actions/action.ts'
import { schedTier } from '../../../../src/remediate/actions/sched-tier.ts'
import { identityOf } from '../../../../src/remediate/target/identity.ts'
import { createHost } from '../../../../src/sources/host.ts'
import { writeFixtureTree } from '../../../helpers/fixture-tree.ts'

const other: Scheduling = { policy: 0, rtPriority: 0, nice: 0, resetOnFork: false }
let root: string
let sample: Sample
let vm: Vm
let input: PlanInput
/** By thread. */
let live: Map<number, Scheduling>

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tier-'))
  const { paths } = writeFixtureTree(root, { vms: 2, vcpus: 2 })
  const host = createHost(paths, { facts: () => undefined, close() {} })
  const taken = takeSample(await host.snapshot())
  host.close()
  sample = { ...taken, cpuTime: [...taken.cpuTime!, ...taken.cpuTime!] }
  vm = { ...sample.vms[0]!, state: 'running' }
  live = new Map(vm.vcpus.map(({ tid }) => [tid, other]))
  write('proc/sys/kernel/sched_rt_runtime_us', '950000\n')
  input = inputWith('')
})
afterEach(() => rmSync(root, { recursive: true }))

function inputWith(policy: string): PlanInput {
  return {
    action: 'sched-tier',
    vm,
    identity: identityOf(vm, join(root, 'proc'))!,
    device: undefined,
    sample,
    policy: actionPolicy(parsePolicy(`instances: [a]\n${policy}`, 'policy.yml'), 'sched-tier', {
      name: vm.label,
      uuid: vm.uuid,
    }),
    read: async (operation) => (operation.kind === 'thread-scheduling' ? live.get(operation.tid) : undefined),
    readDomain: async () => expect.unreachable(),
    readMemory: async () => expect.unreachable(),
    askGuest: async () => expect.unreachable(),
    procfs: join(root, 'proc'),
    sysfs: join(root, 'sys'),
    rundir: join(root, 'run'),
  }
}

async function planOf(given: PlanInput): Promise<Plan> {
  const plan = await schedTier.plan(given)
  if (isRefusal(plan)) throw new Error(plan.refused)
  return plan
}

/** Those that do not hold. */
const unmet = async (given: PlanInput): Promise<string[]> =>
  (await planOf(given)).preconditions
    .filter(({ holds }) => !holds)
    .map(({ text, seen }) => `${text} (${seen})`)

test('plans one operation for each vCPU thread, under a lease, with the commands for the same', async () => {
  const plan = await planOf(input)
  const [first, second] = vm.vcpus as [Vm['vcpus'][0], Vm['vcpus'][0]]
  expect(plan.operations).toEqual(
    [first, second].map(({ tid }) => ({
      kind: 'thread-scheduling',
      vm: input.identity,
      tid,
      threadStartTick: expect.any(Number),
      from: other,
      to: { policy: 2, rtPriority: 1, nice: 0, resetOnFork: true },
    })),
  )
  expect(plan.changes[0]).toEqual({
    what: `thread ${first.tid} (vCPU 0)`,
    now: 'other, nice 0',
    next: 'rr 1',
  })
  expect(plan.commands).toEqual([first, second].map(({ tid }) => `chrt --rr --reset-on-fork --pid 1 ${tid}`))
  expect(plan).toMatchObject({
    isLeased: true,
    risk: 'medium',
    takesEffect: 'live',
    measurement: { design: 'switchback', metric: 'run-delay' },
  })
  expect(await unmet(input)).toEqual([])
})

test('leaves out threads that have the tier already', async () => {
  const [first, second] = vm.vcpus as [Vm['vcpus'][0], Vm['vcpus'][0]]
  live.set(first.tid, { policy: 2, rtPriority: 1, nice: 0, resetOnFork: true })
  expect((await planOf(input)).operations.map((operation) => 'tid' in operation && operation.tid)).toEqual([
    second.tid,
  ])
})

test('a tier without a real-time policy needs no lease', async () => {
  const plan = await planOf(inputWith('actions: {sched-tier: {tier: "safe:1"}}'))
  expect(plan).toMatchObject({ isLeased: false, risk: 'low' })
  expect(plan.changes[0]?.next).toBe('other, nice -5')
  expect(plan.commands[1]).toBe(`renice --priority -5 --pid ${vm.vcpus[0]!.tid}`)
})

test.each([
  [
    'nothing is left to do',
    () => {
      for (const tid of live.keys()) live.set(tid, { policy: 2, rtPriority: 1, nice: 0, resetOnFork: true })
    },
    'are rr 1 already',
  ],
  [
    'somebody else has set a real-time policy',
    () => live.set(vm.vcpus[1]!.tid, { policy: 1, rtPriority: 50, nice: 0, resetOnFork: false }),
    'somebody else has made thread',
  ],
  [
    'a thread has ended',
    () => rmSync(join(root, 'proc', String(vm.pid), 'task', String(vm.vcpus[1]!.tid)), { recursive: true }),
    'has ended',
  ],
])('refuses if %s', async (_what, arrange, reason) => {
  arrange()
  expect(await schedTier.plan(input)).toEqual({ refused: expect.stringContaining(reason) })
})

test('refuses a VM whose vCPU threads are not known, and an alert without a VM', async () => {
  expect(await schedTier.plan({ ...input, vm: { ...vm, vcpus: [] } })).toEqual({
    refused: expect.stringMatching(/^the vCPU threads of this VM are not known: load the kvminfo module/),
  })
  expect(await schedTier.plan({ ...input, vm: undefined })).toEqual({
    refused: expect.stringContaining('the alert names none'),
  })
})

test('needs a CPU that real-time vCPUs cannot fill', async () => {
  const cpus = sample.cpuTime!
  expect(await unmet({ ...input, sample: { ...sample, cpuTime: cpus.slice(0, 3) } })).toEqual([])
  expect(await unmet({ ...input, sample: { ...sample, cpuTime: cpus.slice(0, 2) } })).toEqual([
    '1 of the CPUs cannot be filled by real-time vCPUs (2 CPUs, 0 real-time vCPUs of other VMs, 2 vCPUs of this one)',
  ])
  // Those of other VMs count.
  const tasks = new Map(sample.tasks)
  const [neighbour] = sample.vms[1]!.vcpus
  tasks.set(neighbour!.tid, { ...tasks.get(neighbour!.tid)!, policy: 1 })
  expect(await unmet({ ...input, sample: { ...sample, tasks, cpuTime: cpus.slice(0, 3) } })).toHaveLength(1)
})

test('needs the throttle of real-time threads', async () => {
  write('proc/sys/kernel/sched_rt_runtime_us', '-1\n')
  expect(await unmet(input)).toEqual([
    'the kernel lets real-time threads run, and limits their run time (sched_rt_runtime_us is -1)',
  ])
})

test.each([
  ['in its own cgroup', 'fs/cgroup/machine.slice/a.scope/cpu.max', '50000 100000', true],
  ['in a cgroup around it', 'fs/cgroup/machine.slice/cpu.max', '50000 100000', true],
  ['that is none', 'fs/cgroup/machine.slice/cpu.max', 'max 100000', false],
])('needs a VM without a CPU quota: one %s', async (_what, path, text, counts) => {
  appendFileSync(join(root, 'proc', String(vm.pid), 'cgroup'), '0::/machine.slice/a.scope\n')
  write(join('sys', path), `${text}\n`)
  expect(await unmet(input)).toEqual(
    counts ? ['the VM has no CPU quota, which it would escape (a quota is set)'] : [],
  )
})

test.each(['paused', 'migrating', 'hung'] as const)('needs a VM that runs: %s', async (state) => {
  expect(await unmet({ ...input, vm: { ...vm, state } })).toEqual([
    `the VM runs and is not being migrated (${state})`,
  ])
})

test("holds back the thesis's priorities unless the policy allows them", async () => {
  const paper = 'actions: {sched-tier: {tier: "paper:4"}}\n'
  expect(await unmet(inputWith(paper))).toEqual(['the real-time priority is at most 2 (99)'])
  expect(await unmet(inputWith(`${paper}actuator: {max_realtime_priority: 99}`))).toEqual([])
  expect((await planOf(inputWith(paper))).risk).toBe('critical')
  expect(
    await unmet(inputWith('actions: {sched-tier: {tier: "paper:1"}}\nactuator: {min_nice: -3}')),
  ).toEqual(['the nice value is at least -3 (-5)'])
})

describe('by hand', () => {
  const by = (settings: HandSettings, policy = ''): PlanInput => ({ ...inputWith(policy), settings })
  const next = async (given: PlanInput): Promise<string[]> =>
    (await planOf(given)).changes.map((change) => `${change.now} > ${change.next}`)

  test('a policy keeps the nice values, and a nice value keeps the policies', async () => {
    const [first, second] = vm.vcpus as [Vm['vcpus'][0], Vm['vcpus'][0]]
    live.set(first.tid, { ...other, nice: 4 })
    live.set(second.tid, { ...other, policy: 3 })
    expect((await planOf(by({ scheduling: { policy: 1, rtPriority: 2 } }))).operations).toMatchObject([
      { to: { policy: 1, rtPriority: 2, nice: 4, resetOnFork: true } },
      { to: { policy: 1, rtPriority: 2, nice: 0, resetOnFork: true } },
    ])
    expect(await next(by({ nice: -3 }))).toEqual([
      'other, nice 4 > other, nice -3',
      'batch, nice 0 > batch, nice -3',
    ])
    expect(await planOf(by({ nice: -3 }))).toMatchObject({ isLeased: false, risk: 'low' })
  })

  test('other threads than vCPUs are only meant if somebody says so', async () => {
    // The fixture's VM has a main thread beside its vCPUs.
    const main = vm.pid
    live.set(main, other)
    for (const tid of readdirSync(join(root, 'proc', String(vm.pid), 'task'))) live.set(Number(tid), other)
    const operations = async (threads: ThreadSet) =>
      (await planOf(by({ nice: 1, threads }))).operations as readonly ThreadSchedulingOperation[]
    expect((await operations('vcpu')).map(({ isAnyThread }) => isAnyThread)).toEqual([undefined, undefined])
    expect(await operations('main')).toMatchObject([{ tid: main, isAnyThread: true }])
    const all = await operations('all')
    expect(all.map(({ tid }) => tid)).toEqual(
      expect.arrayContaining([main, ...vm.vcpus.map(({ tid }) => tid)]),
    )
    expect(all.filter(({ isAnyThread }) => isAnyThread !== true)).toHaveLength(2)
    expect((await planOf(by({ nice: 1, threads: 'main' }))).changes[0]!.what).toBe(
      `thread ${main} (main thread)`,
    )
  })

  test('each further real-time thread needs a CPU as well', async () => {
    live.set(vm.pid, other)
    const given = by({ scheduling: { policy: 2, rtPriority: 1 }, threads: 'main' })
    const cpus = (count: number) => ({
      ...given,
      sample: { ...sample, cpuTime: sample.cpuTime!.slice(0, count) },
    })
    expect(await unmet(cpus(4))).toEqual([])
    expect(await unmet(cpus(3))).toEqual([
      '1 of the CPUs cannot be filled by real-time vCPUs (3 CPUs, 0 real-time vCPUs of other VMs, 2 vCPUs of this one and 1 of its other threads)',
    ])
  })

  test('the limits of the policy hold', async () => {
    expect(await unmet(by({ scheduling: { policy: 1, rtPriority: 3 } }))).toEqual([
      'the real-time priority is at most 2 (3)',
    ])
    expect(await unmet(by({ nice: -11 }))).toEqual(['the nice value is at least -10 (-11)'])
    expect(await unmet(by({ nice: -10 }))).toEqual([])
  })

  test('says so if all is as wanted, or if somebody else has set a real-time policy', async () => {
    expect(await schedTier.plan(by({ nice: 0 }))).toEqual({
      refused: 'all vCPU threads are other, nice 0 already',
    })
    live.set(vm.vcpus[0]!.tid, { policy: 2, rtPriority: 5, nice: 0, resetOnFork: false })
    expect(await schedTier.plan(by({ nice: -1 }))).toEqual({
      refused: expect.stringMatching(/^somebody else has made thread \d+ rr 5/),
    })
  })

  test('real-time threads that may not run at all would stand still', async () => {
    write('proc/sys/kernel/sched_rt_runtime_us', '0\n')
    expect(await unmet(by({ scheduling: { policy: 1, rtPriority: 1 } }))).toEqual([
      'the kernel lets real-time threads run, and limits their run time (sched_rt_runtime_us is 0)',
    ])
  })
})
