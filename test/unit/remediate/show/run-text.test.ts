import { expect, test } from 'vitest'
import type { Operation } from '../../../../src/actuator/protocol.ts'
import type { RunDocument } from '../../../../src/remediate/approve/documents.ts'
import { runText } from '../../../../src/remediate/show/run-text.ts'
import { operation, plan } from '../../../helpers/journal-values.ts'

const at = '2026-11-27T15:00:00.000Z'
const run: RunDocument = {
  ...{ id: 7, state: 'undone', action: 'hugepages', vm: 'web1', uuid: null, device: null },
  ...{ verdict: null, reason: null, by_hand: null, opened: at, changed: at, plan: null, plan_sha: null },
  ...{ steps: [], windows: [], alerts: [] },
} as unknown as RunDocument

test('each step says what it changes, and why it failed in full', () => {
  const pool: Operation = { kind: 'huge-pages', node: 0, from: 0, to: 16 }
  const xml: Operation = { kind: 'domain-xml', vm: plan.target.vm!, from: '<a/>', to: '<b/>' }
  const reason = `the kernel could not find so many free pages ${'and this is long '.repeat(10)}`.trim()
  const step = { before: null, after: null, reason: null, at }
  const steps = [
    { ...step, n: 1, operation: pool, undo: false, phase: 'done' as const },
    { ...step, n: 2, operation: operation, undo: false, phase: 'unknown' as const },
    { ...step, n: 3, operation: xml, undo: true, phase: 'failed' as const, reason },
  ]
  const text = runText({ ...run, steps }, 80).replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'WHEN')
  expect(text.slice(text.indexOf('Steps:'))).toBe(
    [
      'Steps:',
      '  1  WHEN  apply  huge-pages              done',
      `  2  WHEN  apply  thread-scheduling 4720  unknown`,
      `  3  WHEN  undo   domain-xml              failed: ${reason}`,
    ].join('\n'),
  )
})
