// The lab reports every way in which a run can end: no failure looks like a success, and each kind has its own code.

import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exitCodes } from './exit-codes.ts'
import { runInLab } from './run-in-lab.ts'
import { conclude, readVerdict } from './verdict.ts'

const runs = [
  ["FILE's own exit code", 'echo out; echo err >&2; exit 7', 7, /FILE exited with 7/],
  ['a signal that kills FILE', 'kill -9 $$', 128 + 9, /FILE exited with 137/],
  [
    'a kernel warning',
    'echo "<4>WARNING: CPU: 0 of the test" > /dev/kmsg',
    exitCodes.complaint,
    /CPU: 0 of the test/,
  ],
  ['a kernel panic', 'echo c > /proc/sysrq-trigger', exitCodes.panic, /panicked: sysrq triggered crash/],
  ['a power-off', 'echo o > /proc/sysrq-trigger; sleep 60', exitCodes.silence, /without reporting a result/],
  ['a hang', 'echo before; sleep 60', exitCodes.timeout, /longer than --timeout/],
] as const

test.each(runs)('reports %s', async (_name, script, code, reason) => {
  const file = join(await mkdtemp(join(tmpdir(), 'verdict-')), 'case.sh')
  await writeFile(file, script)
  const result = await runInLab(file, { timeoutSeconds: script.includes('before') ? 3 : 60 })
  expect(result.reason).toMatch(reason)
  expect(result.code).toBe(code)
  if (code === 7) expect(result.output).toBe('out\nerr\n')
  if (script.includes('before')) expect(result.output).toBe('before\n')
})

test('a case whose preparation fails ends at once and says why, whatever it has started', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'verdict-')), 'case.ts')
  await writeFile(
    file,
    `import { spawn } from 'node:child_process'
import { after, before, test } from 'node:test'
let service
before(() => {
  spawn('sleep', ['1000'])
  throw new Error('the service does not start')
})
after(() => service.stop())
test('it works', () => {})
`,
  )
  const { code, output } = await runInLab(file, { timeoutSeconds: 200 })
  expect(output).toContain('Error: the service does not start')
  expect(code).toBe(1)
})

test('rejects a file that does not exist', async () => {
  await expect(runInLab('/nowhere/case.sh')).rejects.toThrow('there is no file /nowhere/case.sh')
})

test('does not accept a verdict that was cut off', () => {
  const verdict = readVerdict('started\nend 0 1')
  expect(verdict).toEqual({ started: true, complaints: [] })
  const { code } = conclude({ ending: 'machine ended', verdict, stderr: '' }, '')
  expect(code).toBe(exitCodes.silence)
})

test('reports a machine that fails before it runs FILE', () => {
  const verdict = readVerdict('failed loading kvminfo.ko\n')
  const { code, reason } = conclude({ ending: 'verdict', verdict, stderr: '' }, '')
  expect([code, reason]).toEqual([exitCodes.setup, 'the machine failed while loading kvminfo.ko'])
})
