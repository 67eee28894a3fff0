// What a case changes in our configuration to run it faster, and what it leaves as it is.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { project } from '../../artefacts.ts'
import { quickened } from './pace.ts'

test.each([
  ['for: 15m', 'for: 45000ms'],
  ['keep_firing_for: 1h', 'keep_firing_for: 180000ms'],
  ['group_wait: 30s', 'group_wait: 1500ms'],
  ['repeat_interval: 4h', 'repeat_interval: 720000ms'],
  ['rate(a_total[5m])', 'rate(a_total[15000ms])'],
  ['sum_over_time(a[1d:1h] offset 4h)', 'sum_over_time(a[4320000ms:180000ms] offset 720000ms)'],
])('%s becomes %s', (text, quick) => {
  expect(quickened(text)).toBe(quick)
})

test.each(['vm:kvminfo_switches:rate5m', 'expr: vector(200)', 'ratio_rate1d_offset4h', 'for 15m'])(
  '%s stays',
  (text) => {
    expect(quickened(text)).toBe(text)
  },
)

const shipped = [
  ...readdirSync(join(project, 'alerts'))
    .filter((name) => name.endsWith('.rules.yaml'))
    .map((name) => `alerts/${name}`),
  'deploy/alertmanager/alertmanager.yml',
]

test.each(shipped)('no duration of %s is overlooked', (file) => {
  const code = quickened(readFileSync(join(project, file), 'utf8')).replaceAll(/#.*/g, '')
  expect(code.match(/(?<![\w:.])\d+[smhd]\b/g)).toBeNull()
})
