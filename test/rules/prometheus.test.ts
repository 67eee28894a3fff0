// The Prometheus example is valid, with our rule files where its README puts them.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { check, root } from './checkers.ts'
import { alerts, recordingRules, ruleFiles, tiersExample } from './rule-files.ts'

const directory = mkdtempSync(join(tmpdir(), 'kvminfo-prometheus-'))
afterAll(() => rmSync(directory, { recursive: true }))

test('promtool check config accepts the example and finds every rule', async () => {
  const config = join(directory, 'prometheus.yml')
  copyFileSync(`${root}deploy/prometheus/prometheus.yml`, config)
  mkdirSync(join(directory, 'kvminfo'))
  for (const file of ruleFiles) copyFileSync(file, join(directory, 'kvminfo', basename(file)))
  copyFileSync(tiersExample, join(directory, 'kvminfo', basename(tiersExample, '.example')))

  const { ok, output } = await check('promtool', 'check', 'config', '--lint=all', '--lint-fatal', config)
  expect(ok, output).toBe(true)
  const found = [...output.matchAll(/(\d+) rules found/g)].map(([, count]) => Number(count))
  expect(found.reduce((sum, count) => sum + count, 0)).toBe(alerts.length + recordingRules.length)
})
