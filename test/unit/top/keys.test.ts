// What each key changes.
import { expect, test } from 'vitest'
import { press } from '../../../src/top/keys.ts'
import { type Shown, type State, selectedIndex } from '../../../src/top/state.ts'
import { freshState as start } from '../../helpers/top-frame.ts'

const shown: Shown = {
  keys: ['vm:1', 'vm:2', 'vm:3', 'vm:4'],
  pageRows: 2,
  lines: 10,
  columns: [{ id: 'name', isText: true }, { id: 'cpu' }, { id: 'memory' }],
  hiddenColumns: 1,
}

const pressAll = (state: State, ...keys: string[]): State =>
  keys.reduce((before, key) => press(before, key, shown).state, state)
const effectOf = (key: string, state = start) => press(state, key, shown).effect

test("the thesis's keys", () => {
  expect(pressAll(start, 'j').intervalSeconds).toBe(2)
  expect(pressAll(start, 'j', 'j').intervalSeconds).toBe(3)
  expect(pressAll(start, 'j', 'j', 'j').intervalSeconds).toBe(1)
  expect(pressAll(start, 'm').lists.tasks.sort.id).toBe('memory')
  expect(pressAll(start, 'm', 'c').lists.vms.sort.id).toBe('cpu')
  expect(pressAll(start, '1').showsCpus).toBe(true)
  for (const [key, rows] of [
    ['2', 20],
    ['9', 90],
    ['n', 100],
    ['0', undefined],
  ] as const)
    expect(pressAll(start, key).rowLimit).toBe(rows)
  expect(effectOf('q')).toBe('quit')
})

test('an interval that was given on the command line continues with 1 s', () => {
  expect(pressAll({ ...start, intervalSeconds: 10 }, 'j').intervalSeconds).toBe(1)
})

test('arrows move the selection within the list', () => {
  const at = (...keys: string[]) => selectedIndex(pressAll(start, ...keys), shown.keys)
  expect([at(), at('down'), at('down', 'up', 'up')]).toEqual([0, 1, 0])
  expect([at('end'), at('pagedown'), at('end', 'pageup'), at('end', 'home')]).toEqual([3, 2, 1, 0])
})

test('the selection stays on its row when the order changes, and near it when the row is gone', () => {
  const state = pressAll(start, 'down', 'down')
  expect(selectedIndex(state, ['vm:3', 'vm:1', 'vm:2'])).toBe(0)
  expect(selectedIndex(state, ['vm:1', 'vm:2', 'vm:4', 'vm:5'])).toBe(2)
  expect(selectedIndex(state, ['vm:1'])).toBe(0)
  expect(selectedIndex(state, [])).toBe(0)
})

test('< and > sort by the column beside, and stop at the ends', () => {
  expect(pressAll(start, '>').lists.vms.sort).toEqual({ id: 'memory', isDescending: true })
  expect(pressAll(start, '>', '>').lists.vms.sort.id).toBe('memory')
  expect(pressAll(start, '<', '<').lists.vms.sort).toEqual({ id: 'name', isDescending: false })
  expect(pressAll(start, 'r').lists.vms.sort).toEqual({ id: 'cpu', isDescending: false })
  expect(pressAll(start, '>').lists.tasks.sort.id).toBe('cpu')
})

test('columns move only as far as some are hidden', () => {
  expect(pressAll(start, 'right').lists.vms.columnOffset).toBe(1)
  expect(press(start, 'right', { ...shown, hiddenColumns: 0 }).state.lists.vms.columnOffset).toBe(0)
  expect(pressAll(start, 'left').lists.vms.columnOffset).toBe(0)
})

test('Enter opens the VM of a row; Esc and q behave as in the list', () => {
  const open = pressAll(start, 'down', 'return')
  expect([open.view, open.vmPid]).toEqual(['vm', 2])
  expect(pressAll(open, 'escape').view).toBe('vms')
  expect(effectOf('q', open)).toBe('quit')
  expect(press(start, 'return', { ...shown, keys: ['process:9'] }).state.view).toBe('vms')
  expect(press(start, 'return', { ...shown, keys: ['vm:7 thread:9'] }).state.vmPid).toBe(7)
})

test('a text scrolls within its lines', () => {
  const help = pressAll(start, 'h')
  expect(help.view).toBe('help')
  expect(pressAll(help, 'end').scroll).toBe(8)
  expect(pressAll(help, 'end', 'down').scroll).toBe(8)
  expect(pressAll(help, 'up').scroll).toBe(0)
  expect(pressAll(help, 'q').view).toBe('vms')
})

test('a filter takes every character, also those that are keys elsewhere', () => {
  const typing = pressAll(start, '/', 'q', '1', ' ', 'é')
  expect(typing.typing).toBe('q1 é')
  expect(pressAll(typing, 'backspace').typing).toBe('q1 ')
  expect(pressAll(typing, 'return')).toMatchObject({ filter: 'q1 é', typing: undefined })
  expect(pressAll(typing, 'escape')).toMatchObject({ filter: '', typing: undefined })
  expect(pressAll(typing, 'return', 'escape').filter).toBe('')
  expect(pressAll(typing, 'up', 'f5').typing).toBe('q1 é')
  expect(effectOf('^c', typing)).toBe('quit')
  expect(effectOf('^z', typing)).toBe('suspend')
})

test('lists, tree and threads', () => {
  expect(pressAll(start, 'tab').list).toBe('tasks')
  expect(pressAll(start, 'v', 'v').list).toBe('vms')
  expect(pressAll(start, 't')).toMatchObject({ list: 'tasks', isTree: true })
  expect(pressAll(start, 'H')).toMatchObject({ list: 'tasks', hasThreads: true })
  expect(effectOf('H')).toBe('sample')
})

test('replay: steps pause, and the speed has limits', () => {
  expect(press(start, '.', shown)).toMatchObject({ effect: 'forward', state: { isPaused: true } })
  expect(effectOf(',')).toBe('back')
  expect(pressAll(start, '+', '+').speed).toBe(4)
  expect(pressAll(start, ...Array(40).fill('+')).speed).toBe(1024)
  expect(pressAll(start, ...Array(40).fill('-')).speed).toBe(1 / 8)
  expect(pressAll(start, ' ', 'p').isPaused).toBe(false)
})

test('a key without a meaning changes nothing', () => {
  expect(press(start, 'f12', shown)).toEqual({ state: start, effect: undefined })
})
