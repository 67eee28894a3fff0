// A change that takes effect when the VM starts next, from the proposal to the verdict.
import { describe, expect, test } from 'vitest'
import { NoAnswer } from '../../../../src/actuator/client.ts'
import { KvminfoError } from '../../../../src/errors.ts'
import { stepsOf, windowsOf } from '../../../../src/remediate/journal/query.ts'
import { approve } from '../../../../src/remediate/journal/runs.ts'
import { knobOf } from '../../../../src/remediate/run/executor.ts'
import { ideGuest } from '../../../helpers/definitions.ts'
import { restartableVm, settings } from '../../../helpers/remediate/restartable-vm.ts'

type Restartable = Awaited<ReturnType<typeof restartableVm>>

const restarts = `${settings}actions: {virtio-disk: {restart: true}}`

/** Until the changed definition is there. */
async function staged(policy = settings): Promise<{ vm: Restartable; id: number }> {
  const vm = await restartableVm(policy)
  const id = vm.fire()
  await vm.approved(id)
  await vm.host.until(id, 'waiting')
  return { vm, id }
}

const state = ({ host }: Restartable, id: number) => host.store.run(id)!.state

test('a person approves, the VM is measured, changed, restarted by somebody, measured again, and it is kept', async () => {
  const vm = await restartableVm()
  const id = vm.fire()
  await vm.approved(id)
  await vm.pass(30)
  expect(state(vm, id)).toBe('approved')
  expect(vm.host.engine.whyWaiting(id)).toMatch(/^the VM is measured first: \d+ of 20 windows count$/)
  expect(vm.definition()).toBe(ideGuest)
  await vm.pass(600)
  expect(state(vm, id)).toBe('waiting')
  const waits = vm.host.records.filter(({ msg }) => msg === 'remediation waits')
  expect(waits.map(({ reason }) => reason)).toEqual(['the VM is measured first: 0 of 20 windows count'])
  expect(vm.definition()).toContain("<target dev='vda' bus='virtio'/>")
  const before = vm.host.store.run(id)!.vm!
  await vm.pass(3600)
  expect([state(vm, id), vm.state.starts]).toEqual(['waiting', 0])
  vm.turnOff()
  await vm.pass(60)
  expect(state(vm, id)).toBe('waiting')
  vm.turnOn()
  await vm.pass(50)
  expect(vm.host.store.run(id)).toMatchObject({
    state: 'measuring',
    vm: { uuid: before.uuid, pid: vm.state.pid, label: 'web1' },
  })
  expect(vm.state.pid).not.toBe(before.pid)
  await vm.host.until(id, 'kept')
  expect(vm.host.store.run(id)).toMatchObject({
    verdict: 'improved',
    reason:
      'the VM made 390 userspace exits per MiB without the change and 7.00 with it (0.0179 times the cost, 0.0179 to 0.0179, 20 and 20 windows)',
  })
  const phases = windowsOf(vm.host.journal, id).map(({ phase }) => phase)
  expect(phases.filter((phase) => phase === '1 A').length).toBeGreaterThanOrEqual(20)
  expect(phases.filter((phase) => phase === '2 B')).toHaveLength(20)
  // Settled for a minute, and twenty windows of half a minute.
  expect(vm.host.clock.up - vm.state.startNs / 1e9).toBeGreaterThanOrEqual(60 + 20 * 30)
  expect(vm.host.actuator.calls.filter((call) => /^(shut off|running)/.test(call))).toEqual([])
})

test('while libvirt misses its deadline, a run waits; if libvirt refuses this user, the run is refused', async () => {
  const vm = await restartableVm()
  const { parts, engine } = vm.host
  const { readDomain } = parts
  parts.readDomain = async () => {
    throw new KvminfoError('SOURCE_FAILED', 'no answer within 20000 ms')
  }
  const id = vm.fire()
  await vm.pass(30)
  expect([state(vm, id), engine.whyWaiting(id)]).toEqual(['received', 'no answer within 20000 ms'])
  parts.readDomain = readDomain
  await vm.host.until(id, 'proposed')

  const denied = await restartableVm()
  denied.host.parts.readDomain = async () => {
    throw new KvminfoError('SOURCE_DENIED', 'libvirt refuses this user')
  }
  const refused = denied.fire()
  await denied.pass(30)
  expect(denied.host.store.run(refused)).toMatchObject({
    state: 'refused',
    reason: 'libvirt refuses this user',
  })
})

test('a second change of the same VM waits until the first one is judged', async () => {
  const { vm, id } = await staged()
  const before = vm.host.store.run(id)!
  const request = {
    action: 'vhost-net',
    mode: 'propose',
    vm: before.vm,
    device: undefined,
    policySha: 'p1',
  } as const
  const second = vm.host.store.open(request)!
  // The plan is that of the first one: here, only its turn matters.
  const { plan, planSha } = before
  vm.host.store.move(second, 'received', 'proposed', { plan: plan!, planSha: planSha!, policySha: 'p1' })
  approve(vm.host.journal, second, { who: 'anna', how: 'page', planSha: planSha! }, 86_400_000)
  await vm.pass(700)
  expect(vm.host.store.run(second)?.state).toBe('approved')
  expect(vm.host.engine.whyWaiting(second)).toBe(`run ${id} of this VM has not ended yet`)
  vm.turnOff()
  vm.turnOn()
  await vm.host.until(id, 'kept')
  // The VM that was approved has ended.
  await vm.host.until(second, 'obsolete')
})

test('without load the change is not made, and the approval expires', async () => {
  const vm = await restartableVm()
  vm.guest.load = 0
  const id = vm.fire()
  await vm.approved(id)
  await vm.pass(300)
  vm.host.clock.pass(86_400_000)
  await vm.host.until(id, 'expired')
  expect(vm.definition()).toBe(ideGuest)
})

test('with `restart`, an approved plan shuts the VM down and starts it, and says so before', async () => {
  const vm = await restartableVm(restarts)
  const id = vm.fire()
  await vm.approved(id)
  expect(vm.host.store.run(id)!.plan).toMatchObject({ restart: true })
  await vm.host.until(id, 'measuring')
  expect(vm.state.starts).toBe(1)
  expect(vm.host.actuator.calls.filter((call) => /^(shut off|running)/.test(call))).toEqual([
    'shut off',
    'running',
  ])
  await vm.host.until(id, 'kept')
})

test('a restart is never automatic, whatever mode the action has', async () => {
  const vm = await restartableVm(restarts)
  const { policy } = vm.host.policy.current
  Object.assign(policy.actions['virtio-disk']!, { mode: 'auto' })
  const id = vm.fire()
  await vm.host.until(id, 'proposed', 'approved')
  expect(vm.host.store.run(id)).toMatchObject({ state: 'proposed', mode: 'auto' })
  await vm.pass(700)
  expect(vm.host.store.run(id)).toMatchObject({ state: 'proposed' })
})

test('a guest that does not shut down is left alone; the change takes effect when somebody restarts it', async () => {
  const vm = await restartableVm(restarts)
  vm.guest.hearsAcpi = false
  const id = vm.fire()
  await vm.approved(id)
  await vm.host.until(id, 'waiting')
  await vm.pass(200)
  expect(vm.host.store.run(id)).toMatchObject({
    state: 'waiting',
    reason: 'not restarted: the guest does not shut down; it takes effect when the VM starts next',
  })
  expect(vm.host.actuator.calls.filter((call) => call.startsWith('shut off'))).toEqual(['shut off'])
  // Whoever shuts it down later may want it to be off.
  vm.turnOff()
  await vm.pass(600)
  expect(vm.state.isOn).toBe(false)
  vm.turnOn()
  await vm.host.until(id, 'kept')
})

test.each([
  ['hears ACPI', true],
  ['hears nothing', false],
])(
  'a guest that does not boot, and %s, gets its former definition and is started with it',
  async (_what, hearsAcpi) => {
    const vm = await restartableVm(restarts)
    vm.guest.bootsOnVirtio = false
    const id = vm.fire()
    await vm.approved(id)
    await vm.host.until(id, 'waiting')
    await vm.pass(20)
    vm.guest.hearsAcpi = hearsAcpi
    await vm.host.until(id, 'undone')
    expect(vm.host.store.run(id)).toMatchObject({
      verdict: 'worse',
      reason:
        'the VM did not come up with the new definition within 2 min; it was started with the former one',
    })
    expect(vm.definition()).toBe(ideGuest)
    expect(vm.state).toMatchObject({ isOn: true, definition: ideGuest, starts: 2 })
    const { quarantine } = vm.host.store.budget(vm.host.store.run(id)!.slot, vm.host.clock.now())
    expect(quarantine?.reason).toMatch('did not come up')
  },
)

test('a guest that does not boot and may not be forced needs a person, who is told what to type', async () => {
  const vm = await restartableVm(restarts)
  Object.assign(vm.guest, { bootsOnVirtio: false, mayBeForced: false })
  const id = vm.fire()
  await vm.approved(id)
  await vm.host.until(id, 'waiting')
  await vm.pass(20)
  vm.guest.hearsAcpi = false
  await vm.host.until(id, 'person')
  expect(vm.definition()).toBe(ideGuest)
  expect(vm.host.store.run(id)!.reason).toMatch(
    /the former definition is restored, but the guest does not shut down: virsh destroy [0-9a-f-]{36}; virsh start [0-9a-f-]{36}$/,
  )
})

test.each([
  ['a moment', 60, 'undone'],
  ['good', 1e9, 'person'],
])('a VM that does not come up and is paused for %s', async (_what, seconds, state) => {
  const vm = await restartableVm(restarts)
  vm.guest.bootsOnVirtio = false
  const id = vm.fire()
  await vm.approved(id)
  const { actuator, store, clock } = vm.host
  const { read } = actuator
  let until: number | undefined
  actuator.read = async (operation) => {
    if (operation.kind !== 'domain-power' || vm.definition() !== ideGuest || vm.state.starts !== 1)
      return read(operation)
    until ??= clock.up + seconds
    return clock.up < until
      ? { outcome: 'refused', reason: 'cannot be read: the domain is paused' }
      : read(operation)
  }
  await vm.host.until(id, 'undone', 'person')
  expect(store.run(id)!.state).toBe(state)
  expect(vm.definition()).toBe(ideGuest)
  if (state === 'person')
    expect(store.run(id)!.reason).toMatch(
      /the former definition is restored, but the VM neither runs nor is shut off: virsh domstate --reason [0-9a-f-]{36}$/,
    )
})

test('a VM that cannot be started with the new definition is started with the former one', async () => {
  const vm = await restartableVm(restarts)
  vm.guest.startsOnVirtio = false
  const id = vm.fire()
  await vm.approved(id)
  await vm.host.until(id, 'undone')
  expect(vm.host.store.run(id)).toMatchObject({
    verdict: 'worse',
    reason:
      'the VM could not be started with the new definition: no such machine; it was started with the former one',
  })
  expect(vm.state).toMatchObject({ isOn: true, definition: ideGuest, starts: 1 })
})

test('a slow undo is made once, although passes go on meanwhile', async () => {
  const { vm, id } = await staged()
  vm.turnOff()
  vm.guest.cost.virtio = 800
  vm.turnOn()
  await vm.host.until(id, 'measuring')
  const { execute } = vm.host.actuator
  vm.host.actuator.execute = async (operation) => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    return execute(operation)
  }
  await vm.host.until(id, 'undone')
  await vm.pass(10)
  expect(stepsOf(vm.host.journal, id).map(({ isUndo }) => isUndo)).toEqual([false, true])
  expect(vm.host.records.filter(({ msg }) => msg === 'remediation ended')).toHaveLength(1)
})

test('the guest agent is proof that the guest has booted, also without any work', async () => {
  const { vm, id } = await staged()
  vm.turnOff()
  vm.guest.load = 0
  vm.turnOn()
  vm.host.actuator.guestReport = { answers: true, diskBuses: [], drivers: [] }
  await vm.pass(15)
  expect(state(vm, id)).toBe('measuring')
})

test.each([
  ['cheaper by less than 30 %', 300, 'unproven', 'inconclusive', /^no difference is proven/],
  ['more expensive', 800, 'undone', 'worse', /the former definition takes effect when the VM starts next$/],
])('a change that makes the work %s', async (_what, virtio, end, verdict, reason) => {
  const { vm, id } = await staged()
  vm.guest.cost.virtio = virtio
  vm.turnOff()
  vm.turnOn()
  await vm.host.until(id, end)
  expect(vm.host.store.run(id)).toMatchObject({ verdict, reason: expect.stringMatching(reason) })
  expect(vm.definition() === ideGuest).toBe(end === 'undone')
  // Nobody is restarted for it.
  expect(vm.state).toMatchObject({ isOn: true, starts: 1 })
})

describe('if nothing is proven', () => {
  /** Until the first attempt has ended, at another hour than that in which the VM was measured before the change. */
  async function undecided() {
    const { vm, id } = await staged(settings.replace('wait_for_load: 2h', 'wait_for_load: 7d'))
    vm.guest.cost.virtio = 330
    await vm.pass(3 * 3600)
    vm.turnOff()
    vm.turnOn()
    const again = () => vm.host.store.run(id)!.reason!.includes('measured again')
    for (let minute = 0; minute < 60 && !again(); minute++) await vm.pass(60)
    expect(vm.host.store.run(id)).toMatchObject({
      state: 'measuring',
      reason: expect.stringMatching(/^no difference is proven: .*; it is measured again at the hour/),
    })
    return { vm, id }
  }
  const counted = (vm: Restartable, id: number, phase: string) =>
    windowsOf(vm.host.journal, id).filter((window) => window.phase === phase).length
  const hours = (vm: Restartable, count: number) => vm.host.clock.pass(count * 3_600_000)

  test('it is measured again at the same hour of the next day, which decides', async () => {
    const { vm, id } = await undecided()
    expect(counted(vm, id, '2 B')).toBe(60)
    vm.guest.cost.virtio = 7
    await vm.pass(1800)
    expect([state(vm, id), counted(vm, id, '3 B')]).toEqual(['measuring', 0])
    // The hour begins half an hour before the time of day at which the windows without the change ended.
    hours(vm, 18)
    await vm.pass(3600)
    expect([state(vm, id), counted(vm, id, '3 B')]).toEqual(['measuring', 0])
    hours(vm, 1)
    await vm.host.until(id, 'kept')
    expect(vm.host.store.run(id)).toMatchObject({
      verdict: 'improved',
      reason: expect.stringContaining('20 and 20 windows'),
    })
    expect(counted(vm, id, '3 B')).toBe(20)
  })

  test('for the second time, it is kept without proof', async () => {
    const { vm, id } = await undecided()
    hours(vm, 20)
    await vm.host.until(id, 'unproven')
    expect(vm.host.store.run(id)!.reason).toMatch(/^no difference is proven: .* 20 and 60 windows\)$/)
    expect(counted(vm, id, '3 B')).toBe(60)
  })

  test('and that hour comes too late, it is kept without proof at once', async () => {
    const { vm, id } = await staged()
    vm.guest.cost.virtio = 330
    await vm.pass(3 * 3600)
    vm.turnOff()
    vm.turnOn()
    await vm.host.until(id, 'unproven')
    expect(counted(vm, id, '3 B')).toBe(0)
  })
})

test('load that does not come back is waited for, and then the change is kept without proof', async () => {
  const { vm, id } = await staged()
  vm.turnOff()
  vm.turnOn()
  await vm.host.until(id, 'measuring')
  vm.guest.load = 0.5
  vm.host.behaviour.demand = 0.05
  await vm.pass(7100)
  expect(state(vm, id)).toBe('measuring')
  await vm.host.until(id, 'unproven')
  expect(vm.host.store.run(id)).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringMatching(/^it could not be judged in time: \d windows? after the change count/),
  })
  // Not every window of all that time is written down.
  expect(windowsOf(vm.host.journal, id).filter(({ phase }) => phase === '2 B').length).toBeLessThanOrEqual(80)
})

test('a VM that does much less with it than before is undone, however little windows count', async () => {
  const { vm, id } = await staged()
  vm.turnOff()
  vm.turnOn()
  await vm.host.until(id, 'measuring')
  vm.guest.load = 0.5
  await vm.host.until(id, 'undone')
  expect(vm.host.store.run(id)).toMatchObject({
    verdict: 'worse',
    reason: expect.stringMatching(/^the VM did only 5\.0 % of its usual work/),
  })
})

test('a second restart in the middle of the measurement changes nothing', async () => {
  const { vm, id } = await staged()
  vm.turnOff()
  vm.turnOn()
  await vm.host.until(id, 'measuring')
  await vm.pass(200)
  vm.turnOff()
  await vm.pass(100)
  vm.turnOn()
  await vm.host.until(id, 'kept')
  expect(vm.host.store.run(id)).toMatchObject({ verdict: 'improved' })
})

test.each(['waiting', 'measuring', 'kept'])(
  'somebody else who changes the definition while it is %s is left alone',
  async (when) => {
    const { vm, id } = await staged()
    if (when !== 'waiting') {
      vm.turnOff()
      vm.turnOn()
      await vm.host.until(id, when)
    }
    const theirs = `${ideGuest}<!-- theirs -->`
    vm.setDefinition(theirs)
    await vm.pass(400)
    expect(vm.host.store.run(id)).toMatchObject({
      state: 'overridden',
      reason: expect.stringMatching(/left alone$/),
    })
    expect(vm.definition()).toBe(theirs)
  },
)

test.each(['waiting', 'measuring', 'kept', 'unproven'])(
  'a person can undo it while it is %s; it takes effect at the next start',
  async (when) => {
    const { vm, id } = await staged()
    if (when === 'unproven') vm.guest.cost.virtio = 300
    if (when !== 'waiting') {
      vm.turnOff()
      vm.turnOn()
      await vm.host.until(id, when)
    }
    expect(await vm.host.engine.undo(id, 'anna')).toEqual({ state: 'undone' })
    expect(vm.definition()).toBe(ideGuest)
    expect(vm.state.isOn).toBe(true)
  },
)

test.each(['waiting', 'measuring'])('the kill switch undoes it while it is %s', async (when) => {
  const { vm, id } = await staged()
  if (when === 'measuring') {
    vm.turnOff()
    vm.turnOn()
    await vm.host.until(id, when)
  }
  vm.host.state.isStopped = true
  await vm.pass(60)
  expect(vm.host.store.run(id)).toMatchObject({ state: 'undone', reason: 'the kill switch is set' })
  expect(vm.definition()).toBe(ideGuest)
})

test('nobody interferes with a restart: not a person, and the kill switch leaves no VM off', async () => {
  const vm = await restartableVm(restarts)
  const id = vm.fire()
  await vm.approved(id)
  const { execute } = vm.host.actuator
  vm.host.actuator.execute = async (operation) => {
    const answer = await execute(operation)
    if (operation.kind === 'domain-power' && operation.to === 'shut off') vm.host.state.isStopped = true
    return answer
  }
  await vm.host.until(id, 'waiting')
  while (!vm.host.state.isStopped) await vm.pass(1)
  expect(await vm.host.engine.undo(id, 'anna')).toEqual({
    refused: 'The VM is being restarted; wait until it is up.',
  })
  await vm.pass(60)
  expect(vm.state).toMatchObject({ isOn: true, starts: 1 })
})

test('a VM that libvirt does not have any more ends the run', async () => {
  const { vm, id } = await staged()
  vm.turnOff()
  vm.host.actuator.live.clear()
  await vm.host.until(id, 'obsolete')
  expect(vm.host.store.run(id)!.reason).toBe('libvirt does not have this VM any more')
})

test('a process that claims the UUID of the VM is not the VM', async () => {
  const { vm, id } = await staged()
  const { sample } = vm.host.parts
  vm.turnOff()
  vm.host.parts.sample = async () => {
    const taken = await sample()
    const stranger = {
      ...vm.host.vm,
      uuid: vm.host.store.run(id)!.vm!.uuid!,
      identitySource: 'cmdline' as const,
    }
    return { ...taken, vms: [...taken.vms, stranger] }
  }
  await vm.pass(300)
  expect(state(vm, id)).toBe('waiting')
})

test('every step is in the journal with its outcome', async () => {
  const vm = await restartableVm(restarts)
  vm.guest.bootsOnVirtio = false
  const id = vm.fire()
  await vm.approved(id)
  await vm.host.until(id, 'undone')
  expect(
    stepsOf(vm.host.journal, id).map(({ operation, isUndo, phase }) => [
      operation.kind === 'domain-xml' ? 'definition' : operation.to,
      isUndo,
      phase,
    ]),
  ).toEqual([
    ['definition', false, 'done'],
    ['shut off', false, 'done'],
    ['running', false, 'done'],
    ['definition', true, 'done'],
    ['shut off', true, 'done'],
    ['running', true, 'done'],
  ])
})

describe('if nobody says whether the guest has the driver', () => {
  const unknown = settings.replace('virtio_ready: true', 'virtio_ready: false')

  /** A person has approved the plan with the test; `guest`: what comes of it. */
  async function tested(guest: 'passes' | 'fails' | 'is interrupted') {
    const vm = await restartableVm(unknown)
    const { actuator } = vm.host
    const knob = knobOf(vm.testDisk)
    const { execute } = actuator
    actuator.execute = async (operation) => {
      if (operation.kind !== 'test-disk' || guest === 'passes') return execute(operation)
      actuator.calls.push(`test-disk to ${operation.to}`)
      actuator.live.set(knob, operation.to === 'read' && guest === 'is interrupted' ? 'plugged' : 'untested')
      if (operation.to === 'untested') return { outcome: 'done', before: 'plugged', after: 'untested' }
      if (guest === 'is interrupted') throw new NoAnswer('no answer', true)
      return { outcome: 'failed', before: 'untested', after: 'untested', reason: 'it was not read' }
    }
    const id = vm.fire()
    await vm.approved(id)
    return { vm, id, testDisk: () => actuator.live.get(knob) }
  }

  test('a test disk shows it, before the definition is changed', async () => {
    const { vm, id } = await tested('passes')
    await vm.host.until(id, 'waiting')
    expect(stepsOf(vm.host.journal, id).map(({ operation, phase }) => [operation.kind, phase])).toEqual([
      ['test-disk', 'done'],
      ['domain-xml', 'done'],
    ])
    // What the actuator remembers ends with it, and says nothing about the definition.
    vm.host.actuator.live.set(knobOf(vm.testDisk), 'untested')
    vm.turnOff()
    vm.turnOn()
    await vm.host.until(id, 'kept')
    expect(await vm.host.engine.undo(id, 'anna')).toEqual({ state: 'undone' })
    expect(vm.definition()).toBe(ideGuest)
    expect(stepsOf(vm.host.journal, id).map(({ operation }) => operation.kind)).toEqual([
      ...['test-disk', 'domain-xml', 'domain-xml'],
    ])
  })

  test('and the guest does not read the disk, nothing is changed', async () => {
    const { vm, id } = await tested('fails')
    await vm.host.until(id, 'undone')
    expect(vm.host.store.run(id)!.reason).toBe('not applied: it was not read')
    expect([vm.definition(), vm.host.actuator.calls]).toEqual([ideGuest, ['test-disk to read']])
  })

  test('and the test is interrupted, the disk is unplugged and nothing is changed', async () => {
    const { vm, id, testDisk } = await tested('is interrupted')
    await vm.host.until(id, 'undone')
    expect([vm.definition(), testDisk()]).toEqual([ideGuest, 'untested'])
    expect(vm.host.actuator.calls).toEqual(['test-disk to read', 'test-disk to untested'])
  })
})
