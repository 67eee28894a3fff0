// What every alert and record has in common, and that each name in them is one of ours.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { catalog } from '../../src/metrics/catalog.ts'
import { root } from './checkers.ts'
import { metricNamesIn, recordedNames, unknownNamesIn } from './metric-names.ts'
import { alerts, recordingRules } from './rule-files.ts'

const expressions = [...alerts, ...recordingRules].map(({ expr }) => expr).join('\n')

describe.each(alerts)('$alert', ({ alert, expr, for: duration, labels, annotations }) => {
  test('name, labels and annotations follow the conventions', () => {
    expect(alert).toMatch(/^Kvm(Vm|Host|Exporter)[A-Z][A-Za-z]+$/)
    expect(duration).toBeDefined()
    expect(Object.keys(labels).filter((label) => label !== 'remediation')).toEqual(['severity'])
    expect(labels.severity).toMatch(/^(critical|warning|info)$/)
    expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook_url'])
    expect(annotations.summary).not.toContain('{{')
    expect(annotations.description).toContain('{{ $labels.instance }}')
    if (alert.startsWith('KvmVm')) expect(annotations.description).toContain('VM {{ $labels.vm }}')
    if (!alert.startsWith('KvmExporter')) expect(annotations.description).toContain('{{ $value')
    expect(annotations.runbook_url).toContain(`/${alert}.md`)
  })

  test('uses only what is served or recorded', () => {
    expect(unknownNamesIn(expr + annotations.description)).toEqual([])
  })
})

test('records use only what is served or recorded, and are named level:metric:operation', () => {
  for (const { record, expr } of recordingRules) {
    expect(unknownNamesIn(expr), record).toEqual([])
    expect(record).toMatch(
      /^(kvminfo:\w+|(vm|vcpu|instance):kvminfo_\w+):(threshold|info|declared|count|only|\w*r(atio|ate)\w*|realtime_priority|policy|bytes)$/,
    )
  }
})

test('every threshold is used and has no label', () => {
  const thresholds = recordingRules.filter(({ record }) => record.endsWith(':threshold'))
  expect(thresholds.length).toBeGreaterThan(10)
  for (const { record, expr, labels } of thresholds) {
    expect(expressions, record).toContain(record)
    expect(expr, record).toMatch(/^vector\([\d.]+\)$/)
    expect(labels, record).toBeUndefined()
  }
})

test('no rule binds matching to instance or job', () => {
  expect(expressions).not.toMatch(/\b(on|by)\s*\([^)]*\b(instance|job)\b/)
})

describe('the input of the promtool tests has the shape that the exporter serves', () => {
  const files = [
    `${root}test/rules/recording.test.yaml`,
    ...readdirSync(`${root}test/rules/alerts`).map((name) => `${root}test/rules/alerts/${name}`),
  ]
  test.each(files.map((file) => [file.slice(root.length), file]))('%s', (_, file) => {
    const { tests } = parse(readFileSync(file, 'utf8')) as {
      tests: { input_series: { series: string }[] }[]
    }
    const targetLabels = new Set(['job', 'instance', 'cluster'])
    // By Prometheus itself, and what an operator may have declared by a file of node_exporter's.
    const others = ['up', 'kvminfo:vm_tier:declared']
    for (const { series } of tests.flatMap(({ input_series }) => input_series)) {
      const [name, labels] = series.split(/[{}]/) as [string, string]
      if (others.includes(name)) continue
      const metric = catalog.find((known) => known.name === name)
      expect(metric, `${name} is in the catalog`).toBeDefined()
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label!)
      expect(names.filter((label) => !targetLabels.has(label)).sort(), series).toEqual(
        [...metric!.labels].sort(),
      )
    }
  })
})

test('the search for names finds them', () => {
  const text =
    'rate(kvminfo_vm_gone_total[5m]) / vm:kvminfo_gone:ratio_rate5m > scalar(kvminfo:gone:threshold)'
  expect(metricNamesIn(text)).toHaveLength(3)
  expect(unknownNamesIn(text)).toHaveLength(3)
  expect(recordedNames).toContain('kvminfo:switches_active:threshold')
})
