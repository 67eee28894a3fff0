// The runbooks: one per alert, all of one form, with names, numbers, queries and commands that hold.
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

  test('is where the alert points to, with the five headings', () => {
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

  test('says the thresholds as they are', () => {
    for (const [, name, said] of markdown.matchAll(/`(kvminfo:\w+:threshold)` \(([^)]*)\)/g)) {
      expect(quantity(said!), name).toBeCloseTo(thresholds.get(name!)!, 9)
    }
  })

  test('its queries are PromQL', async () => {
    const queries = codeBlocks(markdown, 'promql')
    expect(queries.length).toBeGreaterThan(0)
    const file = join(scratch, `${alert}.json`)
    const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr }))
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: alert, rules }] }))
    const { ok, output } = await check('promtool', 'check', 'rules', file)
    expect(ok, output).toBe(true)
  })

  test('what it asks the exporter for is no page for a browser', () => {
    for (const [, path] of markdown.matchAll(/\bcurl\b.*:9756(\/[^\s']*)/g)) {
      expect(['/-/ready', '/api/v1/live', '/metrics']).toContain(path)
    }
  })

  test('its commands are shell', async () => {
    const file = join(scratch, `${alert}.sh`)
    writeFileSync(file, codeBlocks(markdown, 'sh').join('\n'))
    const { ok, output } = await check('bash', '-n', file)
    expect(ok, output).toBe(true)
  })
})

test('exits for a reason that there was not the day before are told by KvmVmRootModeRatioDropped', () => {
  const query = codeBlocks(runbook('KvmVmRootModeRatioDropped'), 'promql').find((expr) =>
    expr.includes('by_reason'),
  )!
  const of = (reason: string): string => `{instance="kvm1", job="kvm", reason="${reason}", vm="web1"}`
  const series = {
    // A second: 1 on the first day and 3 on the second; 2 on the second only.
    [`kvminfo_vm_exits_by_reason_total${of('hlt')}`]: '0+60x1440 86580+180x480',
    [`kvminfo_vm_exits_by_reason_total${of('io')}`]: '_x1440 0+120x480',
  }
  expect(valuesOf(query, series, { [of('hlt')]: 2, [of('io')]: 2 }, '32h')).toBe('agrees')
})
