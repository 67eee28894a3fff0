import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { overdueLeases } from '../../../src/actuator/overdue-leases.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

function leases(files: Readonly<Record<string, string>>): string {
  const rundir = scratchDirectory()
  mkdirSync(join(rundir, 'kvminfo/leases'), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(rundir, 'kvminfo/leases', name), text)
  return rundir
}

test('a lease is overdue a minute after it was due', () => {
  const rundir = leases({ '7-8': '1000 900\n' })
  expect([1000, 1060, 1060.1].map((uptime) => overdueLeases(rundir, uptime))).toEqual([0, 0, 1])
})

test('counts what makes no sense, which has ended, and no other files', () => {
  const rundir = leases({ '7-8': 'nonsense\n', '8-9': '5000 900\n', '.9-9': '1 1\n', readme: '1 1\n' })
  expect(overdueLeases(rundir, 2000)).toBe(1)
})

test('there is none where nobody has had a lease since boot', () => {
  expect(overdueLeases(scratchDirectory(), 1e9)).toBe(0)
})
