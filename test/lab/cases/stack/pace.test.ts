// What a case changes in our configuration to run it faster, and what it leaves unchanged.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { project } from '../../artefacts.ts'
import { quickened } from './pace.ts'

test.each([
  ['for: 15m', 'for: 45000ms'],
  ['keep_firing_for: 1h', 'keep_firing_for: 180000ms'],
  ['group_wait: 30s', 'group_wait: 1500ms'],
  ['repeat_interval: 4h', 'repeat_interval: 720000ms'],
])('changes %s to %s', (text, quick) => {
  expect(quickened(text)).toBe(quick)
})

test.each([
  'vm:kvminfo_switches:rate5m',
  'expr: rate(kvminfo_vm_kernel_switches_total[5m])',
  'expr: sum_over_time(a[1d:1h] offset 4h)',
  'expr: vector(200)',
  'for 15m',
])('leaves %s unchanged', (text) => {
  expect(quickened(text)).toBe(text)
})

const shipped = [
  ...readdirSync(join(project, 'alerts'))
    .filter((name) => name.endsWith('.rules.yaml'))
    .map((name) => `alerts/${name}`),
  'deploy/alertmanager/alertmanager.yml',
]

/** Every scalar of a YAML file with its path, such as `groups.0.rules.2.for`. */
function texts(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]]
  return Object.entries(value).flatMap(([key, each]) => texts(each, `${path}.${key}`))
}

test.each(shipped)('changes all waits in %s and nothing else', (file) => {
  const text = readFileSync(join(project, file), 'utf8')
  const after = new Map(texts(parse(quickened(text)), ''))
  const isWait = /^\d+[smhd]$/
  for (const [path, before] of texts(parse(text), '')) {
    if (isWait.test(before)) expect(after.get(path), path).toMatch(/^\d+ms$/)
    else expect(after.get(path), path).toBe(before)
  }
})
