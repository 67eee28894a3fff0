// Questions, outcomes, steps and events in words.
import { expect, test } from 'vitest'
import type { RunDocument } from '../../../../../src/remediate/approve/documents.ts'
import {
  killSwitchQuestion,
  outcomeText,
  questionOf,
} from '../../../../../src/remediate/page/browser/decisions.js'
import { eventText, knobText, valueText } from '../../../../../src/remediate/page/browser/run-view.js'
import { when } from '../../../../../src/remediate/page/browser/times.js'

const run = (takes_effect: 'live' | 'next-start', changes: number) =>
  ({
    id: 3,
    action: 'sched-tier',
    vm: 'web1',
    device: null,
    plan_sha: 'p1',
    plan: { takes_effect, changes: Array.from({ length: changes }) },
  }) as unknown as RunDocument

test('an approval is for the plan that was shown', () => {
  expect(questionOf('approve', run('live', 2))).toMatchObject({
    title: 'Approve run 3?',
    path: 'api/v1/runs/3/approve',
    body: { plan_sha: 'p1' },
    command: 'kvminfo remediate approve 3',
    text: expect.stringContaining('sched-tier on web1: the 2 changes of the plan shown take effect at once.'),
  })
  expect(questionOf('decline', run('live', 2)).body).toEqual({ plan_sha: 'p1' })
})

test('says when changes take effect that need a restart', () => {
  expect(questionOf('approve', run('next-start', 1)).text).toContain('when the VM starts next')
})

test('an undo needs no plan', () => {
  expect(questionOf('undo', run('live', 1))).toMatchObject({ path: 'api/v1/runs/3/undo', body: {} })
})

test('the kill switch asks for the opposite of what is', () => {
  expect(killSwitchQuestion(false).path).toBe('api/v1/stop')
  expect(killSwitchQuestion(true).path).toBe('api/v1/resume')
})

test('repeats why the server refused', () => {
  expect(outcomeText('approve', 3, { isDone: true, reason: '' })).toBe('Run 3 is approved.')
  expect(outcomeText('undo', 3, { isDone: false, reason: 'It is refused.' })).toBe(
    'Run 3 was not undone: It is refused. This page now shows what is there.',
  )
})

test.each([
  [{ policy: 2, rtPriority: 1, nice: 0 }, 'rr 1'],
  [{ policy: 0, rtPriority: 0, nice: -5 }, 'other, nice -5'],
  [{ policy: 9, rtPriority: 0, nice: 0 }, 'policy 9, nice 0'],
  [null, '–'],
  [1024, '1024'],
  ['ide\u202e', 'ide\\u{202e}'],
  [{ pages: 4 }, '{"pages":4}'],
])('the value %j reads %s', (value, text) => {
  expect(valueText(value)).toBe(text)
})

test('names what an operation concerns', () => {
  expect(knobText({ kind: 'thread-scheduling', tid: 7 })).toBe('thread 7')
  expect(knobText({ kind: 'domain-xml', device: 'hda' })).toBe('domain-xml hda')
  expect(knobText(null)).toBe('')
})

test('tells the events that matter to a person', () => {
  const event = (kind: string, body: unknown) => eventText({ seq: 1, at: '', kind, body })
  expect(event('moved', { from: 'proposed', to: 'approved', reason: 'because\u0007' })).toEqual({
    what: 'approved, not begun',
    why: 'because\\u{7}',
  })
  expect(event('moved', { to: 'novel' })).toEqual({ what: 'novel', why: '' })
  expect(event('declined', { who: 'a person' })).toEqual({ what: 'declined', why: 'by a person' })
  expect(event('window', {})).toBeUndefined()
  expect(event('noted', null)).toEqual({ what: 'note', why: '' })
})

test('shows the date only of other days', () => {
  const noon = new Date(2026, 10, 26, 12, 0, 5).getTime() / 1000
  expect(when(noon, noon + 60)).toBe('12:00:05')
  expect(when(noon, noon + 86_400)).toBe('2026-11-26 12:00:05')
})
