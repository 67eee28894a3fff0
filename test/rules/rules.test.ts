// promtool checks the rule files, and runs one test file for each alert.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
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

test('promtool check rules finds no problem', async () => {
  const files = [...ruleFiles, tiersExample]
  expect(files.map((file) => basename(file))).toEqual([
    'exporter.rules.yaml',
    'host.rules.yaml',
    'memory.rules.yaml',
    'recording.rules.yaml',
    'remediation.rules.yaml',
    'settings.rules.yaml',
    'vm.rules.yaml',
    'tiers.rules.yaml.example',
  ])
  const { ok, output } = await check('promtool', 'check', 'rules', '--lint=all', '--lint-fatal', ...files)
  expect(ok, output).toBe(true)
})

test.each(['recording', 'expected-modules'])('the records are as %s.test.yaml expects', async (name) => {
  const { ok, output } = await check('promtool', 'test', 'rules', `${root}test/rules/${name}.test.yaml`)
  expect(ok, output).toBe(true)
})

test("the operator's list in settings.rules.yaml declares both modules of the named hosts removed", async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kvminfo-removed-'))
  const shipped = readFileSync(`${root}alerts/settings.rules.yaml`, 'utf8')
  const edited = shipped.replace('instance=~""', 'instance=~"kvm1|kvm2"')
  const series = (host: string, source: string) =>
    `kvminfo_source_active{fact="f", instance="${host}", job="kvminfo", source="${source}"}`
  const declared = async (settings: string, hosts: readonly string[]) => {
    writeFileSync(join(directory, 'settings.yaml'), settings)
    const sources = ['module', 'taskinfo']
    const unitTest = {
      rule_files: ['settings.yaml'],
      tests: [
        {
          input_series: ['kvm1', 'kvm2', 'kvm10'].flatMap((host) =>
            [...sources, 'debugfs'].map((source) => ({ series: series(host, source), values: '0x5' })),
          ),
          promql_expr_test: [
            {
              expr: 'kvminfo:modules_removed:declared',
              eval_time: '5m',
              exp_samples: hosts.flatMap((host) =>
                sources.map((source) => ({
                  labels: series(host, source).replace(
                    'kvminfo_source_active',
                    'kvminfo:modules_removed:declared',
                  ),
                  value: 0,
                })),
              ),
            },
          ],
        },
      ],
    }
    // JSON is YAML.
    writeFileSync(join(directory, 'test.yaml'), JSON.stringify(unitTest))
    const { ok, output } = await check('promtool', 'test', 'rules', join(directory, 'test.yaml'))
    return ok ? 'agrees' : output
  }
  expect(await declared(shipped, [])).toBe('agrees')
  expect(await declared(edited, ['kvm1', 'kvm2'])).toBe('agrees')
  rmSync(directory, { recursive: true })
})

test('every alert has a test and every test an alert', () => {
  const tested = readdirSync(alertTests).map((name) => name.replace('.test.yaml', ''))
  expect(tested.sort()).toEqual(alerts.map(({ alert }) => alert).sort())
})

describe.each(alerts.map(({ alert }) => alert))('%s', (alert) => {
  const file = `${alertTests}${alert}.test.yaml`

  test('its test checks it when quiet, about to fire, firing, about to end and over', () => {
    const { tests } = parse(readFileSync(file, 'utf8')) as PromtoolTest
    for (const { alert_rule_test: steps } of tests) {
      expect(steps.map(({ alertname }) => alertname)).toEqual(Array(5).fill(alert))
      expect(steps.map(({ exp_alerts }) => exp_alerts.length > 0)).toEqual([false, false, true, true, false])
    }
  })

  test('fires and ends as its test expects', async () => {
    const { ok, output } = await check('promtool', 'test', 'rules', file)
    expect(ok, output).toBe(true)
  })
})
