// What the states of a run mean for the page.
import { expect, test } from 'vitest'
import { finalStates, openStates } from '../../../../../src/model/remediation.ts'
import {
  decisionsFor,
  sections,
  stateTitles,
  targetText,
} from '../../../../../src/remediate/page/browser/states.js'

test('every open state is in one section, and no final one is', () => {
  expect(sections.flatMap(({ states }) => states).toSorted()).toEqual([...openStates].toSorted())
})

test('every state has words', () => {
  expect(Object.keys(stateTitles).toSorted()).toEqual([...openStates, ...finalStates].toSorted())
})

test('only a proposal can be approved, and what changes nothing cannot be undone', () => {
  const all = [...openStates, ...finalStates]
  expect(all.filter((state) => decisionsFor(state).includes('approve'))).toEqual(['proposed'])
  expect(all.filter((state) => decisionsFor(state).includes('decline'))).toEqual(['proposed', 'approved'])
  for (const state of [
    'received',
    'proposed',
    'undone',
    'refused',
    'declined',
    'expired',
    'obsolete',
    'overridden',
  ] as const)
    expect(decisionsFor(state)).not.toContain('undo')
})

test('names the target, with invisible characters as escapes', () => {
  expect(targetText({ vm: 'web1', device: null })).toBe('web1')
  expect(targetText({ vm: null, device: null })).toBe('this host')
  expect(targetText({ vm: 'a\u202eb', device: 'h\u0007da' })).toBe('a\\u{202e}b, device h\\u{7}da')
})
