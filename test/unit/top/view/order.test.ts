// Which rows a list has, and in which order.
import { expect, test } from 'vitest'
import { orderTasks, orderVms, type TaskChoice } from '../../../../src/top/view/order.ts'
import { sortOrder } from '../../../../src/top/view/sort-order.ts'
import { type FrameTask, frameOf, taskList, vmFigures } from '../../../helpers/top-frame.ts'

const vms = [
  vmFigures('web', 10, { cpu: 0.5, ratio: 0.99, class: 'near-native' }),
  vmFigures('Mail', 20, { cpu: 2, ratio: 0.4, class: 'emulated-io', device: 'ide-primary' }),
  vmFigures('new', 30),
]

const vmNames = (sort: string, filter = '', rowLimit?: number) =>
  orderVms(frameOf(vms), { sort: sortOrder('vms', sort), filter, rowLimit }).map(({ label }) => label)

test('VMs by any column, in both directions; what is not known comes last in both', () => {
  expect(vmNames('cpu')).toEqual(['Mail', 'web', 'new'])
  expect(vmNames('-cpu')).toEqual(['web', 'Mail', 'new'])
  expect(vmNames('class')).toEqual(['Mail', 'web', 'new'])
  expect(vmNames('-name')).toEqual(['web', 'new', 'Mail'])
})

test('a filter finds names, process IDs, classes and devices, in any case', () => {
  expect(vmNames('cpu', 'MAIL')).toEqual(['Mail'])
  expect(vmNames('cpu', '30')).toEqual(['new'])
  expect(vmNames('cpu', 'ide-')).toEqual(['Mail'])
  expect(vmNames('cpu', 'absent')).toEqual([])
})

test('a limit keeps the first rows', () => {
  expect(vmNames('cpu', '', 2)).toEqual(['Mail', 'web'])
})

const tasks: FrameTask[] = [
  { pid: 1, tid: 1, name: 'init', cpu: 0.1, residentBytes: 5 },
  { pid: 10, tid: 10, name: 'qemu', cpu: 0, residentBytes: 900 },
  { pid: 10, tid: 11, name: 'CPU 0/KVM', cpu: 0.2 },
  { pid: 10, tid: 12, name: 'CPU 1/KVM', cpu: 0.6 },
  { pid: 20, tid: 20, name: 'qemu', cpu: 0.3, residentBytes: 300 },
  { pid: 40, tid: 40, name: 'vhost-10', cpu: 0.05 },
  { pid: 41, tid: 41, name: 'vhost-999', cpu: 0 },
]
const list = taskList(
  tasks,
  new Map([
    [10, 'web'],
    [20, 'Mail'],
  ]),
)

function rows(more: Partial<TaskChoice> & { by?: string } = {}): string[] {
  const { by = 'cpu', ...rest } = more
  const choice = {
    sort: sortOrder('tasks', by),
    filter: '',
    rowLimit: undefined,
    hasThreads: false,
    isTree: false,
  }
  return orderTasks(list, { ...choice, ...rest }).map(
    ({ row, isProcess, depth }) => `${'.'.repeat(depth)}${isProcess ? 'p' : 't'}${list.rows.tid[row]}`,
  )
}

test('processes have the CPU time of all their threads', () => {
  expect(rows()).toEqual(['p10', 'p20', 'p1', 'p40', 'p41'])
  expect(rows({ by: 'memory' })).toEqual(['p10', 'p20', 'p1', 'p40', 'p41'])
  expect(rows({ by: 'name' })).toEqual(['p1', 'p10', 'p20', 'p40', 'p41'])
})

test('threads by themselves', () => {
  expect(rows({ hasThreads: true })).toEqual(['t12', 't20', 't11', 't1', 't40', 't10', 't41'])
  expect(rows({ hasThreads: true, rowLimit: 2 })).toEqual(['t12', 't20'])
})

test('a tree has each VM with its threads and its vhost workers, then the others', () => {
  expect(rows({ isTree: true })).toEqual(['p10', '.t12', '.t11', '.t40', '.t10', 'p20', '.t20', 'p1', 'p41'])
})

test('a filter finds names, IDs and the VM that a task belongs to', () => {
  expect(rows({ hasThreads: true, filter: 'kvm' })).toEqual(['t12', 't11'])
  expect(rows({ hasThreads: true, filter: '11' })).toEqual(['t11'])
  expect(rows({ hasThreads: true, filter: 'web' })).toEqual(['t12', 't11', 't40', 't10'])
  expect(rows({ isTree: true, filter: 'CPU 0' })).toEqual(['p10', '.t11'])
})

test('an unknown column is refused with the list of those that exist', () => {
  expect(() => sortOrder('vms', 'speed')).toThrow(/'speed' is not a column of the vms: name, class, ratio/)
})
