import { expect, test } from 'vitest'
import type { Operation } from '../../../../src/actuator/protocol.ts'
import { reversed } from '../../../../src/actuator/protocol.ts'
import type { RunDocument } from '../../../../src/remediate/approve/documents.ts'
import { planDocument } from '../../../../src/remediate/approve/run-document.ts'
import { valueRows } from '../../../../src/remediate/show/value-rows.ts'
import { operation, plan } from '../../../helpers/journal-values.ts'

type Step = RunDocument['steps'][number]

const step = (given: Operation, more: Partial<Step> = {}): Step => ({
  ...{ n: 1, operation: given, undo: false, phase: 'done', reason: null, at: '2026-11-27T15:00:00.000Z' },
  ...{ before: given.from, after: given.to },
  ...more,
})
const rows = (steps: readonly Step[], isUndo = false, changes = plan.changes) =>
  valueRows({ steps, plan: planDocument({ ...plan, changes }) }, isUndo)

test('a thread has what the kernel said, not what the plan wanted', () => {
  const after = { policy: 2, rtPriority: 1, nice: -3, resetOnFork: true }
  expect(rows([step(operation, { after })])).toEqual([
    { what: 'thread 4720 (vCPU 0)', before: 'other, nice 0', after: 'rr 1' },
  ])
})

test('applied by turns, it has the first value before and the last one after; undone, those of the undo', () => {
  const undo = step(reversed(operation), { undo: true })
  const steps = [step(operation), undo, step(operation), undo]
  expect(rows(steps)).toEqual([{ what: 'thread 4720 (vCPU 0)', before: 'other, nice 0', after: 'rr 2' }])
  expect(rows(steps, true)).toEqual([
    { what: 'thread 4720 (vCPU 0)', before: 'rr 2', after: 'other, nice 0' },
  ])
})

test('a step without an answer says that the value is not known', () => {
  expect(rows([step(operation, { before: null, after: null, phase: 'unknown' })])).toEqual([
    { what: 'thread 4720 (vCPU 0)', before: 'not known', after: 'not known' },
  ])
})

test('other values have the words of the plan, by their order; a restart is no value', () => {
  const xml: Operation = { kind: 'domain-xml', vm: plan.target.vm!, from: '<a/>', to: '<b/>' }
  const power: Operation = { kind: 'domain-power', vm: plan.target.vm!, from: 'running', to: 'shut off' }
  const pool: Operation = { kind: 'huge-pages', node: 0, from: 0, to: 16 }
  const changes = [
    { what: 'pool', now: 'none', next: '32 MiB' },
    { what: 'definition', now: 'without', next: 'with' },
  ]
  expect(rows([step(pool, { after: 7 }), step(xml), step(power)], false, changes)).toEqual([
    { what: 'pool', before: 'none', after: '7' },
    { what: 'definition', before: 'without', after: 'with' },
  ])
})

test('a thread that was added later has its number', () => {
  expect(rows([step({ ...operation, tid: 47 } as Operation)])[0]).toMatchObject({
    what: 'thread 47',
    after: 'rr 2',
  })
})
