import { expect, test } from 'vitest'
import { reversed } from '../../../../src/actuator/protocol.ts'
import { openStates } from '../../../../src/model/remediation.ts'
import { appliedBy, eventsOf, stepsOf, windowsOf } from '../../../../src/remediate/journal/query.ts'
import { move } from '../../../../src/remediate/journal/runs.ts'
import { addWindow, intend, outcome } from '../../../../src/remediate/journal/steps.ts'
import { runIn, testJournal } from '../../../helpers/journal.ts'
import { operation } from '../../../helpers/journal-values.ts'

const changed = (message: string) => expect.objectContaining({ code: 'RUN_CHANGED', message })
const done = { outcome: 'done', before: operation.from, after: operation.to } as const
const other = { ...operation, tid: 4721 }

test('keeps each operation, its answer and the order, and the applied operations once each', () => {
  const { journal, clock } = testJournal()
  runIn(journal, 'applying')
  expect(intend(journal, 1, operation, false)).toBe(1)
  outcome(journal, 1, 1, 'done', done)
  expect(intend(journal, 1, other, false)).toBe(2)
  outcome(journal, 1, 2, 'failed', { outcome: 'refused', reason: 'the kill switch is set' })
  expect(intend(journal, 1, reversed(operation), true)).toBe(3)
  outcome(journal, 1, 3, 'done', undefined)
  expect(intend(journal, 1, operation, false)).toBe(4)
  const { at } = clock
  expect(stepsOf(journal, 1)).toEqual([
    { n: 1, isUndo: false, operation, phase: 'done', answer: done, at },
    {
      n: 2,
      isUndo: false,
      operation: other,
      phase: 'failed',
      answer: { outcome: 'refused', reason: 'the kill switch is set' },
      at,
    },
    { n: 3, isUndo: true, operation: reversed(operation), phase: 'done', answer: undefined, at },
    { n: 4, isUndo: false, operation, phase: 'intent', answer: undefined, at },
  ])
  expect(appliedBy(journal, 1)).toEqual([operation, other])
  expect(eventsOf(journal, 1).slice(-2)).toMatchObject([
    { kind: 'outcome', body: { step: 3, phase: 'done' } },
    { kind: 'intended', body: { step: 4, isUndo: false, operation } },
  ])
})

test('nothing is applied while an earlier step has no outcome, but it can be undone', () => {
  const { journal } = testJournal()
  runIn(journal, 'applying')
  intend(journal, 1, operation, false)
  expect(() => intend(journal, 1, other, false)).toThrow(
    changed('an earlier step of run 1 has no outcome yet'),
  )
  expect(intend(journal, 1, reversed(operation), true)).toBe(2)
})

test('an unknown outcome can become known, a known one cannot change', () => {
  const { journal } = testJournal()
  runIn(journal, 'applying')
  intend(journal, 1, operation, false)
  outcome(journal, 1, 1, 'unknown', undefined)
  outcome(journal, 1, 1, 'done', done)
  const late = changed('step 1 of run 1 does not wait for an outcome')
  for (const phase of ['done', 'failed', 'unknown'] as const)
    expect(() => outcome(journal, 1, 1, phase, undefined)).toThrow(late)
  expect(() => outcome(journal, 1, 2, 'done', done)).toThrow(
    changed('step 2 of run 1 does not wait for an outcome'),
  )
  expect(stepsOf(journal, 1)).toMatchObject([{ phase: 'done', answer: done }])
})

test('a run changes the host only in the states that are meant for it', () => {
  const { journal } = testJournal()
  runIn(journal, 'received')
  const may: Record<string, [boolean, boolean]> = {}
  let now: (typeof openStates)[number] = 'received'
  for (const state of openStates) {
    if (state !== now) move(journal, 1, now, state)
    now = state
    const tries = (isUndo: boolean) => {
      try {
        outcome(journal, 1, intend(journal, 1, operation, isUndo), 'done', undefined)
        return true
      } catch (error) {
        expect(error).toMatchObject({ code: 'RUN_CHANGED' })
        return false
      }
    }
    may[state] = [tries(false), tries(true)]
  }
  expect(may).toEqual({
    received: [false, false],
    proposed: [false, false],
    approved: [false, false],
    applying: [true, true],
    waiting: [true, true],
    measuring: [true, true],
    holding: [true, true],
    undoing: [false, true],
  })
  expect(() => intend(journal, 9, operation, true)).toThrow(
    changed('run 9 is unknown; it may not undo anything'),
  )
})

test('what was asked when the process died is unknown for the next process', () => {
  const first = testJournal()
  runIn(first.journal, 'applying')
  intend(first.journal, 1, operation, false)
  outcome(first.journal, 1, 1, 'done', done)
  intend(first.journal, 1, other, false)
  first.journal.close()
  const { journal } = testJournal(first)
  expect(stepsOf(journal, 1).map(({ phase }) => phase)).toEqual(['done', 'unknown'])
  expect(eventsOf(journal, 1).at(-1)).toMatchObject({
    kind: 'outcome',
    body: { step: 2, phase: 'unknown', why: 'the program ended before the answer' },
  })
  outcome(journal, 1, 2, 'failed', undefined)
})

test('keeps windows in their order, and none of a run that does not exist', () => {
  const { journal, clock } = testJournal()
  runIn(journal, 'measuring')
  addWindow(journal, 1, '1 A', { cost: 0.5, whyNot: undefined })
  addWindow(journal, 1, '2 B', { cost: 0.25, work: 1e9 })
  expect(windowsOf(journal, 1)).toEqual([
    { n: 1, phase: '1 A', window: { cost: 0.5 }, at: clock.at },
    { n: 2, phase: '2 B', window: { cost: 0.25, work: 1e9 }, at: clock.at },
  ])
  expect(() => addWindow(journal, 2, '1 A', {})).toThrow(changed('there is no run 2'))
  expect(() => addWindow(journal, 1, '3 B', { cost: Number.NEGATIVE_INFINITY })).toThrow(TypeError)
})
