// There is one runbook per alert. All have the same form, and their names, numbers, queries and commands are right.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { valuesOf } from '../helpers/query-values.ts'
import { check } from './checkers.ts'
import { unknownNamesIn } from './metric-names.ts'
import { alerts, recordingRules } from './rule-files.ts'
import { codeBlocks, runbook, runbookDirectory, runbookFiles } from './runbook.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kvminfo-runbooks-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const headings = ['Meaning', 'Impact', 'Diagnosis', 'Remedy', 'False alarms']
const thresholds = new Map(
  recordingRules
    .filter(({ record }) => record.endsWith(':threshold'))
    .map(({ record, expr }) => [record, Number(/^vector\((.*)\)$/.exec(expr)![1])]),
)

/** `62 %` is 0.62, `4 GiB` is 4294967296, `0.25 CPUs` is 0.25. */
function quantity(text: string): number {
  const [number, unit = ''] = text.split(' ')
  return Number(number) * (unit === '%' || unit === 'percentage' ? 0.01 : unit === 'GiB' ? 1024 ** 3 : 1)
}

test('every alert has a runbook and every runbook an alert', () => {
  expect([...runbookFiles].sort()).toEqual(alerts.map(({ alert }) => `${alert}.md`).sort())
})

describe.each(alerts)('$alert', ({ alert, annotations }) => {
  const markdown = runbook(alert)

  test('the alert points to it, and it has the five headings', () => {
    expect(annotations.runbook_url).toMatch(new RegExp(`/${alert}\\.md\\b`))
    expect(markdown.startsWith(`# ${alert}\n\n`)).toBe(true)
    expect([...markdown.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(headings)
    for (const section of markdown.split(/^## .*$/m).slice(1)) {
      expect(section.trim().length).toBeGreaterThan(30)
    }
  })

  test('names no unknown metric, record or runbook', () => {
    expect(unknownNamesIn(markdown)).toEqual([])
    for (const [, link] of markdown.matchAll(/\]\(([^)]+)\)/g)) {
      expect(existsSync(runbookDirectory + link), link).toBe(true)
    }
  })

  test('states the thresholds of the rules', () => {
    for (const [, name, said] of markdown.matchAll(/`(kvminfo:\w+:threshold)` \(([^)]*)\)/g)) {
      expect(quantity(said!), name).toBeCloseTo(thresholds.get(name!)!, 9)
    }
  })

  test('has valid PromQL queries', async () => {
    const queries = codeBlocks(markdown, 'promql')
    expect(queries.length).toBeGreaterThan(0)
    const file = join(scratch, `${alert}.json`)
    const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr }))
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: alert, rules }] }))
    const { ok, output } = await check('promtool', 'check', 'rules', file)
    expect(ok, output).toBe(true)
  })

  test('asks the exporter only for paths that serve text or JSON', () => {
    for (const [, path] of markdown.matchAll(/\bcurl\b.*:9756(\/[^\s']*)/g)) {
      expect(['/-/ready', '/api/v1/live', '/metrics']).toContain(path)
    }
  })

  test('has valid shell commands', async () => {
    const file = join(scratch, `${alert}.sh`)
    writeFileSync(file, codeBlocks(markdown, 'sh').join('\n'))
    const { ok, output } = await check('bash', '-n', file)
    expect(ok, output).toBe(true)
  })
})

test('the query of KvmVmRootModeRatioDropped includes exit reasons that did not occur the day before', () => {
  const query = codeBlocks(runbook('KvmVmRootModeRatioDropped'), 'promql').find((expr) =>
    expr.includes('by_reason'),
  )!
  const of = (reason: string): string => `{instance="kvm1", job="kvm", reason="${reason}", vm="web1"}`
  const series = {
    // Per second: 1 on the first day and 3 on the second; 2 on the second day only.
    [`kvminfo_vm_exits_by_reason_total${of('hlt')}`]: '0+60x1440 86580+180x480',
    [`kvminfo_vm_exits_by_reason_total${of('io')}`]: '_x1440 0+120x480',
  }
  expect(valuesOf(query, series, { [of('hlt')]: 2, [of('io')]: 2 }, '32h')).toBe('agrees')
})
