// All tasks from /proc, without the module.
import { rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { walkTasks } from '../../../../src/sources/process/task-walk.ts'
import { TaskColumns } from '../../../../src/sources/task-columns.ts'
import { WholeFile } from '../../../../src/sources/whole-file.ts'
import { writeFixtureTree } from '../../../helpers/fixture-tree.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

function walk(scope: 'threads' | 'processes') {
  const { paths, vms } = writeFixtureTree(scratchDirectory(), {
    vms: 1,
    vcpus: 2,
    others: 1,
    taskinfo: false,
  })
  const into = new TaskColumns()
  walkTasks(paths.procfs, scope, new WholeFile(), into)
  return { into, procfs: paths.procfs, vm: vms[0]! }
}

const ids = ({ tid, count }: TaskColumns) => Array.from(tid.subarray(0, count)).sort((a, b) => a - b)

test('lists processes, or all their threads', () => {
  const { into, vm } = walk('processes')
  expect(ids(into)).toEqual([300, vm.pid])
  const threads = [...vm.emulator, ...vm.vcpus].map(({ tid }) => tid)
  expect(ids(walk('threads').into)).toEqual([300, ...threads])
})

test('reads the files of single rows only when they are needed', () => {
  const { into, procfs, vm } = walk('threads')
  const row = into.tid.indexOf(vm.vcpus[0]!.tid)
  expect(into.names[row]).toBe('CPU 0/KVM')
  expect([into.uid[row], into.voluntarySwitches[row], into.runDelayNs[row]]).toEqual([NaN, NaN, NaN])
  into.complete(row)
  const { voluntarySwitches, involuntarySwitches, runDelayNs } = vm.vcpus[0]!
  expect([into.uid[row], into.voluntarySwitches[row]]).toEqual([64_055, voluntarySwitches])
  expect([into.involuntarySwitches[row], into.runDelayNs[row]]).toEqual([involuntarySwitches, runDelayNs])
  const other = into.tid.indexOf(300)
  rmSync(`${procfs}/300`, { recursive: true })
  into.complete(other)
  expect(into.uid[other]).toBeNaN()
})

test('a process that cannot be read, or that has ended, costs only itself', () => {
  const { paths } = writeFixtureTree(scratchDirectory(), { vms: 1, vcpus: 1, others: 2, taskinfo: false })
  rmSync(`${paths.procfs}/300/stat`)
  const into = new TaskColumns()
  walkTasks(paths.procfs, 'processes', new WholeFile(), into)
  expect(ids(into)).toContain(301)
  expect(ids(into)).not.toContain(300)
  writeFileSync(`${paths.procfs}/300/stat`, '300 (odd')
  walkTasks(paths.procfs, 'processes', new WholeFile(), into)
  expect(ids(into)).toContain(301)
  expect(ids(into)).not.toContain(300)
})
