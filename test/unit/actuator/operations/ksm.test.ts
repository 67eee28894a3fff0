import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  type KsmPace,
  type KsmRunOperation,
  type Operation,
  reversed,
} from '../../../../src/actuator/protocol.ts'
import { actuatorOnFiles } from '../../../helpers/actuator.ts'
import { setMemory } from '../../../helpers/memory-files.ts'

/** KSM runs, 100 pages each 20 ms, and saves 90,000 pages. */
function hostWithKsm() {
  const host = actuatorOnFiles()
  const path = (name: string) => join(host.sysfs, 'kernel/mm/ksm', name)
  return {
    ...host,
    path,
    hostFile: join(host.rundir, 'kvminfo/changes/host'),
    value: (name: string) => readFileSync(path(name), 'utf8').trim(),
    set: (name: string, value: number | string) => writeFileSync(path(name), `${value}\n`),
    execute: (operation: Operation) => host.actuator.answer({ do: 'execute', operation }),
  }
}

const run = (from: 0 | 1 | 2, to: 0 | 1 | 2): KsmRunOperation => ({ kind: 'ksm-run', from, to })
const pace = (from: KsmPace, to: KsmPace): Operation => ({ kind: 'ksm-pace', from, to })
const usual: KsmPace = { pagesToScan: 100, sleepMs: 20 }
const slow: KsmPace = { pagesToScan: 100, sleepMs: 200 }

test('switches KSM off, records it for the host, and restores it in a later process', async () => {
  const host = hostWithKsm()
  expect(await host.execute(run(1, 0))).toEqual({ outcome: 'done', before: 1, after: 0 })
  expect(host.value('run')).toBe('0')
  expect(readFileSync(host.hostFile, 'utf8')).toBe('ksm run was 1 set 0\n')
  writeFileSync(host.stopFile, 'why\n')
  const successor = host.create()
  expect(await successor.answer({ do: 'execute', operation: reversed(run(1, 0)) })).toMatchObject({
    outcome: 'done',
    after: 1,
  })
  expect([host.value('run'), existsSync(host.hostFile)]).toEqual(['1', false])
})

test('the record of the host survives a check of the leases, and is none of a VM', async () => {
  const { actuator, execute, hostFile } = hostWithKsm()
  await execute(run(1, 0))
  expect(actuator.checkLeases()).toBe(false)
  expect(existsSync(hostFile)).toBe(true)
})

test('does not unmerge all pages', async () => {
  const { execute, value, procfs } = hostWithKsm()
  setMemory(procfs, 64, 60)
  expect(await execute(run(1, 2))).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining('unmerges'),
  })
  expect(value('run')).toBe('1')
})

test.each([
  // 90,000 pages are 0.34 GiB, and a tenth of 64 GiB must stay.
  [6.5, 'failed', '1'],
  [7, 'done', '2'],
])(
  'restores the state in which nothing is merged only with room: %f GiB',
  async (available, outcome, left) => {
    const { execute, value, set, procfs } = hostWithKsm()
    set('run', 2)
    await execute(run(2, 1))
    setMemory(procfs, 64, available)
    expect(await execute(run(1, 2))).toMatchObject({ outcome })
    expect(value('run')).toBe(left)
  },
)

test('sets the pace and restores it', async () => {
  const { execute, value, hostFile } = hostWithKsm()
  expect(await execute(pace(usual, slow))).toEqual({ outcome: 'done', before: usual, after: slow })
  expect([value('pages_to_scan'), value('sleep_millisecs'), value('run')]).toEqual(['100', '200', '1'])
  expect(readFileSync(hostFile, 'utf8')).toBe('ksm pace was 100 20 set 100 200\n')
  expect(await execute(pace(slow, usual))).toMatchObject({ outcome: 'done', after: usual })
})

test.each([
  { pagesToScan: 0, sleepMs: 200 },
  { pagesToScan: 1_251, sleepMs: 200 },
  { pagesToScan: 100, sleepMs: 9 },
])('refuses %j', async (to) => {
  const { execute, value } = hostWithKsm()
  expect(await execute(pace(usual, to))).toMatchObject({ outcome: 'refused', after: usual })
  expect(value('pages_to_scan')).toBe('100')
})

test('leaves the pace to the advisor of the kernel', async () => {
  const { execute, set } = hostWithKsm()
  set('advisor_mode', '[none] scan-time')
  expect(await execute(pace(usual, slow))).toMatchObject({ outcome: 'done' })
  set('advisor_mode', 'none [scan-time]')
  expect(await execute(pace(slow, { ...slow, sleepMs: 300 }))).toMatchObject({
    outcome: 'refused',
    reason: "the kernel's own advisor (advisor_mode scan-time) sets the pace of KSM",
  })
})

test('is stale if somebody else was faster', async () => {
  const { execute, set, value } = hostWithKsm()
  set('run', 2)
  expect(await execute(run(1, 0))).toMatchObject({ outcome: 'stale', before: 2 })
  expect(value('run')).toBe('2')
})
