// promtool on the rule files, and on a test of its own for every alert.
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { check, root } from './checkers.ts'
import { alerts, ruleFiles, tiersExample } from './rule-files.ts'

const alertTests = `${root}test/rules/alerts/`

interface PromtoolTest {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string
      readonly exp_alerts: readonly unknown[]
    }[]
  }[]
}

test('promtool check rules finds nothing', async () => {
  const files = [...ruleFiles, tiersExample]
  expect(files.map((file) => basename(file))).toEqual([
    'exporter.rules.yaml',
    'host.rules.yaml',
    'memory.rules.yaml',
    'recording.rules.yaml',
    'settings.rules.yaml',
    'vm.rules.yaml',
    'tiers.rules.yaml.example',
  ])
  const { ok, output } = await check('promtool', 'check', 'rules', '--lint=all', '--lint-fatal', ...files)
  expect(ok, output).toBe(true)
})

test('the records', async () => {
  const { ok, output } = await check('promtool', 'test', 'rules', `${root}test/rules/recording.test.yaml`)
  expect(ok, output).toBe(true)
})

test('every alert has a test and every test an alert', () => {
  const tested = readdirSync(alertTests).map((name) => name.replace('.test.yaml', ''))
  expect(tested.sort()).toEqual(alerts.map(({ alert }) => alert).sort())
})

describe.each(alerts.map(({ alert }) => alert))('%s', (alert) => {
  const file = `${alertTests}${alert}.test.yaml`

  test('its test sees it quiet, about to fire, firing, about to end and over', () => {
    const { tests } = parse(readFileSync(file, 'utf8')) as PromtoolTest
    for (const { alert_rule_test: steps } of tests) {
      expect(steps.map(({ alertname }) => alertname)).toEqual(Array(5).fill(alert))
      expect(steps.map(({ exp_alerts }) => exp_alerts.length > 0)).toEqual([false, false, true, true, false])
    }
  })

  test('fires when it should', async () => {
    const { ok, output } = await check('promtool', 'test', 'rules', file)
    expect(ok, output).toBe(true)
  })
})
