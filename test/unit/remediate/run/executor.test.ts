import { beforeEach, describe, expect, test } from 'vitest'
import type { Operation, Scheduling } from '../../../../src/actuator/protocol.ts'
import { Executor, knobOf, type StepLog } from '../../../../src/remediate/run/executor.ts'
import { type FakeActuator, fakeActuator } from '../../../helpers/remediate/fake-actuator.ts'

const vm = { uuid: null, pid: 10, startTick: 5 }
const other: Scheduling = { policy: 0, rtPriority: 0, nice: 0, resetOnFork: false }
const rr: Scheduling = { policy: 2, rtPriority: 1, nice: 0, resetOnFork: true }
const fifo: Scheduling = { policy: 1, rtPriority: 50, nice: 0, resetOnFork: false }
const thread = (tid: number): Operation => ({
  kind: 'thread-scheduling',
  vm,
  tid,
  threadStartTick: 6,
  from: other,
  to: rr,
})
const operations = [thread(11), thread(12)]

/** A journal in memory. */
function stepLog() {
  const steps: { operation: Operation; isUndo: boolean; phases: string[] }[] = []
  const log: StepLog = {
    intend(_run, operation, isUndo) {
      steps.push({ operation, isUndo, phases: ['intent'] })
      return steps.length - 1
    },
    outcome: (_run, step, phase) => void steps[step]!.phases.push(phase),
    applied: () => steps.filter(({ isUndo }) => !isUndo).map(({ operation }) => operation),
  }
  return { log, steps }
}

let actuator: FakeActuator
let journal: ReturnType<typeof stepLog>
let executor: Executor

beforeEach(() => {
  actuator = fakeActuator()
  journal = stepLog()
  executor = new Executor(journal.log, actuator)
  for (const operation of operations) actuator.live.set(knobOf(operation), other)
})

const live = (): unknown[] => operations.map((operation) => actuator.live.get(knobOf(operation)))
const phases = (): string[][] => journal.steps.map((step) => step.phases)

test('tells a run of the changes of others, and of those that were under way', async () => {
  const before = executor.changes
  expect(executor.otherSince(before, 1)).toBeUndefined()
  const applied = executor.apply(1, operations)
  const meanwhile = executor.changes
  await applied
  expect(executor.otherSince(before, 1)).toBeUndefined()
  expect(executor.otherSince(meanwhile, 2)).toBe(1)
  expect(executor.otherSince(executor.changes, 2)).toBeUndefined()
  const nothing: Operation = { kind: 'nothing', vm, from: 0, to: 1 }
  actuator.live.set(knobOf(nothing), 0)
  await executor.apply(3, [nothing])
  expect(executor.otherSince(executor.changes - 1, 2)).toBe(1)
  await executor.undo(1)
  expect(executor.otherSince(before, 2)).toBe(1)
})

test('applies in order, journals before and after each, and undoes all of it', async () => {
  expect(await executor.apply(1, operations)).toEqual({ result: 'done' })
  expect(live()).toEqual([rr, rr])
  expect(phases()).toEqual([
    ['intent', 'done'],
    ['intent', 'done'],
  ])
  expect(await executor.state(1)).toBe('target')
  expect(await executor.undo(1)).toEqual({ foreign: [], failed: [], isUnanswered: false, isGone: false })
  expect(live()).toEqual([other, other])
  expect(await executor.state(1)).toBe('before')
})

test('undoes the last operation first', async () => {
  await executor.apply(1, operations)
  actuator.calls.length = 0
  await executor.undo(1)
  expect(actuator.calls).toEqual([`execute ${knobOf(operations[1]!)}`, `execute ${knobOf(operations[0]!)}`])
})

test('stops at the first operation that is refused', async () => {
  actuator.next = 'refuse'
  expect(await executor.apply(1, operations)).toEqual({ result: 'refused', reason: 'it is refused' })
  expect(phases()).toEqual([['intent', 'failed']])
  expect(live()).toEqual([other, other])
})

test('a call that timed out after it was done counts as done, because the live value says so', async () => {
  actuator.next = 'time out after doing it'
  expect(await executor.apply(1, operations)).toEqual({ result: 'done' })
  expect(phases()[0]).toEqual(['intent', 'unknown', 'done'])
})

test('a call that timed out before it was done has failed, and is not repeated', async () => {
  actuator.next = 'time out before doing it'
  expect(await executor.apply(1, operations)).toMatchObject({ result: 'failed' })
  expect(phases()).toEqual([['intent', 'unknown', 'failed']])
  expect(live()).toEqual([other, other])
})

test('if the actuator does not answer at all, the step stays unknown', async () => {
  actuator.isReachable = false
  expect(await executor.apply(1, operations)).toEqual({
    result: 'no-answer',
    reason: 'the actuator does not answer',
  })
  expect(phases()).toEqual([['intent', 'unknown']])
  expect(await executor.state(1)).toBe('unreadable')
})

test('an answer that does not say whether it was done leaves the decision to the live value', async () => {
  actuator.execute = async () => ({ outcome: 'unknown', before: other, reason: 'libvirt is late' })
  const read = actuator.read.bind(actuator)
  actuator.read = async () => ({ outcome: 'refused', reason: 'read again in a minute' })
  expect(await executor.apply(1, operations)).toEqual({ result: 'no-answer', reason: 'libvirt is late' })
  expect(phases()).toEqual([['intent', 'unknown']])
  expect(await executor.undo(1)).toMatchObject({ isUnanswered: true })
  actuator.read = read
  expect(await executor.undo(1)).toMatchObject({ isUnanswered: false, failed: [], foreign: [] })
  actuator.live.set(knobOf(operations[0]!), rr)
  expect(await executor.apply(2, operations.slice(0, 1))).toEqual({ result: 'done' })
})

test('undo leaves alone what somebody else has changed, and puts back the rest', async () => {
  await executor.apply(1, operations)
  actuator.live.set(knobOf(operations[0]!), fifo)
  expect(await executor.undo(1)).toEqual({
    foreign: [knobOf(operations[0]!)],
    failed: [],
    isUnanswered: false,
    isGone: false,
  })
  expect(live()).toEqual([fifo, other])
  expect(await executor.state(1)).toBe('foreign')
})

test('applying does not overwrite a value that is neither the former nor the wanted one', async () => {
  actuator.live.set(knobOf(operations[1]!), fifo)
  expect(await executor.apply(1, operations)).toMatchObject({ result: 'foreign' })
  expect(live()).toEqual([rr, fifo])
})

test('undo of a VM that has ended has nothing to do', async () => {
  await executor.apply(1, operations)
  actuator.live.clear()
  expect(await executor.undo(1)).toEqual({ foreign: [], failed: [], isUnanswered: false, isGone: true })
})

test('undo says what could not be put back', async () => {
  await executor.apply(1, operations)
  actuator.next = 'fail'
  const { failed } = await executor.undo(1)
  expect(failed).toEqual([`${knobOf(operations[1]!)}: it failed`])
  expect(live()).toEqual([other, rr])
})

test('a run that was applied in part is partial', async () => {
  await executor.apply(1, operations)
  actuator.live.set(knobOf(operations[0]!), other)
  expect(await executor.state(1)).toBe('partial')
  expect(await executor.undo(1)).toEqual({ foreign: [], failed: [], isUnanswered: false, isGone: false })
  expect(live()).toEqual([other, other])
})

test('a knob is the same whatever its values and the order of its keys', () => {
  const { from, to, ...rest } = thread(11)
  expect(knobOf({ to, from, ...rest } as Operation)).toBe(knobOf({ ...thread(11), from: fifo } as Operation))
  expect(knobOf(thread(11))).not.toBe(knobOf(thread(12)))
})

test('an operation that was interrupted half way is undone, and counts as partial', async () => {
  const grow: Operation = { kind: 'huge-pages', node: 0, from: 0, to: 600 }
  actuator.live.set(knobOf(grow), 0)
  actuator.next = 'time out before doing it'
  const applied = executor.apply(1, [grow])
  actuator.live.set(knobOf(grow), 256)
  expect(await applied).toMatchObject({ result: 'failed' })
  expect(await executor.state(1)).toBe('partial')
  await executor.undo(1)
  expect(actuator.calls.filter((call) => call === `execute ${knobOf(grow)}`)).toHaveLength(2)
})

describe('what leaves nothing in place', () => {
  const testDisk: Operation = { kind: 'test-disk', vm, from: 'untested', to: 'read' }
  const all = [testDisk, thread(11)]
  const setTestDisk = (state: string) => actuator.live.set(knobOf(testDisk), state)

  beforeEach(async () => {
    setTestDisk('untested')
    await executor.apply(1, all)
  })

  test('has no part in whether a change is live, and is not undone', async () => {
    expect(await executor.state(1)).toBe('target')
    setTestDisk('untested')
    expect(await executor.state(1)).toBe('target')
    setTestDisk('read')
    actuator.calls.length = 0
    expect(await executor.undo(1)).toMatchObject({ failed: [], foreign: [], isUnanswered: false })
    expect(actuator.calls).toEqual([`execute ${knobOf(thread(11))}`])
  })

  test('is undone if it was interrupted', async () => {
    setTestDisk('plugged')
    actuator.calls.length = 0
    // The fake knows no such state, and answers that somebody else has changed it.
    await executor.undo(1)
    expect(actuator.calls).toEqual([`execute ${knobOf(thread(11))}`, `execute ${knobOf(testDisk)}`])
    expect(journal.steps.at(-1)).toMatchObject({ operation: { from: 'read', to: 'untested' }, isUndo: true })
  })

  test('alone is no change', async () => {
    const one = new Executor(stepLog().log, actuator)
    setTestDisk('untested')
    await one.apply(1, [testDisk])
    expect(await one.state(1)).toBe('before')
  })
})
