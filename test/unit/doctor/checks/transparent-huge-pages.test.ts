import { expect, test } from 'vitest'
import { transparentHugePages } from '../../../../src/doctor/checks/transparent-huge-pages.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const settings = (enabled: string, defrag: string) => ({
  '/sys/kernel/mm/transparent_hugepage/enabled': enabled,
  '/sys/kernel/mm/transparent_hugepage/defrag': defrag,
})
const madvise = 'always defer defer+madvise [madvise] never\n'

test.each(['[always] madvise never\n', 'always [madvise] never\n'])('%j is well', async (enabled) => {
  expect(await diagnosed(transparentHugePages, hostWith(settings(enabled, madvise)))).toEqual([])
})

test('never', async () => {
  const host = hostWith(settings('always madvise [never]\n', madvise))
  expect(await diagnosed(transparentHugePages, host)).toEqual([
    'warning: transparent huge pages are off (never)',
  ])
})

test('page faults that wait for compaction', async () => {
  const host = hostWith(settings('[always] madvise never\n', '[always] defer defer+madvise madvise never\n'))
  expect(await diagnosed(transparentHugePages, host)).toEqual([
    'notice: every page fault may wait for compaction (defrag is always)',
  ])
})

test('a kernel without them', async () => {
  expect(await diagnosed(transparentHugePages, hostWith({}))).toEqual([
    'not checked: cannot read /sys/kernel/mm/transparent_hugepage/enabled: no such file or directory (ENOENT)',
  ])
})
