// The conventions for alerts and records, and that they use only names of ours.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { catalog } from '../../src/metrics/catalog.ts'
import { remediationCatalog } from '../../src/metrics/remediation.ts'
import { root } from './checkers.ts'
import { metricNamesIn, recordedNames, unknownNamesIn } from './metric-names.ts'
import { alerts, recordingRules } from './rule-files.ts'

const expressions = [...alerts, ...recordingRules].map(({ expr }) => expr).join('\n')

describe.each(alerts)('$alert', ({ alert, expr, for: duration, labels, annotations }) => {
  test('name, labels and annotations follow the conventions', () => {
    expect(alert).toMatch(/^Kvm(Vm|Host|Exporter|Remediation)[A-Z][A-Za-z]+$/)
    expect(duration).toBeDefined()
    expect(Object.keys(labels).filter((label) => label !== 'remediation')).toEqual(['severity'])
    expect(labels.severity).toMatch(/^(critical|warning|info)$/)
    expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook_url'])
    expect(annotations.summary).not.toContain('{{')
    expect(annotations.description).toContain('{{ $labels.instance }}')
    if (alert.startsWith('KvmVm')) expect(annotations.description).toContain('VM {{ $labels.vm }}')
    if (/^Kvm(Vm|Host)/.test(alert)) expect(annotations.description).toContain('{{ $value')
    expect(annotations.runbook_url).toContain(`/${alert}.md`)
  })

  test('uses only metrics that are served or recorded', () => {
    expect(unknownNamesIn(expr + annotations.description)).toEqual([])
  })
})

test.each([
  ['KvmExporterDown', /^Kvm(?!Remediation)/],
  ['KvmRemediationDown', /^KvmRemediation/],
])('an alert outlasts a silent program until %s fires', (name, ofProgram) => {
  // When a program is down, its series end, and so would its alerts. The alert that it is down then inhibits them, so
  // that Alertmanager does not report them as resolved.
  const down = alerts.find(({ alert }) => alert === name)!
  for (const { alert, keep_firing_for: kept } of alerts) {
    if (alert === name || !ofProgram.test(alert)) continue
    expect(minutes(kept ?? '0m'), alert).toBeGreaterThanOrEqual(2 * minutes(down.for))
  }
})

/** `1h` is 60. */
function minutes(duration: string): number {
  const [, count, unit] = /^(\d+)([mh])$/.exec(duration)!
  return Number(count) * (unit === 'h' ? 60 : 1)
}

test('records use only metrics that are served or recorded, and are named level:metric:operation', () => {
  for (const { record, expr } of recordingRules) {
    expect(unknownNamesIn(expr), record).toEqual([])
    expect(record).toMatch(
      /^(kvminfo:\w+|(vm|vcpu|instance):kvminfo_\w+):(threshold|info|declared|expected|count|only|\w*r(atio|ate)\w*|realtime_priority|policy|bytes)$/,
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

test('no rule matches on instance or job', () => {
  expect(expressions).not.toMatch(/\b(on|by)\s*\([^)]*\b(instance|job)\b/)
})

describe('the input of the promtool tests has the metrics and labels that the exporter serves', () => {
  const files = [
    `${root}test/rules/recording.test.yaml`,
    `${root}test/rules/expected-modules.test.yaml`,
    ...readdirSync(`${root}test/rules/alerts`).map((name) => `${root}test/rules/alerts/${name}`),
  ]
  test.each(files.map((file) => [file.slice(root.length), file]))('%s', (_, file) => {
    const { tests } = parse(readFileSync(file, 'utf8')) as {
      tests: { input_series: { series: string }[] }[]
    }
    const targetLabels = new Set(['job', 'instance', 'cluster'])
    // From Prometheus itself, and what an operator declares.
    const others = ['up', 'kvminfo:vm_tier:declared', 'kvminfo:modules_removed:declared']
    for (const { series } of tests.flatMap(({ input_series }) => input_series)) {
      const [name, labels] = series.split(/[{}]/) as [string, string]
      if (others.includes(name)) continue
      const metric = [...catalog, ...remediationCatalog].find((known) => known.name === name)
      expect(metric, `${name} is in the catalog`).toBeDefined()
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label!)
      expect(names.filter((label) => !targetLabels.has(label)).sort(), series).toEqual(
        [...metric!.labels].sort(),
      )
    }
  })
})

test('the search for metric names finds unknown ones', () => {
  const text =
    'rate(kvminfo_vm_gone_total[5m]) / vm:kvminfo_gone:ratio_rate5m > scalar(kvminfo:gone:threshold)'
  expect(metricNamesIn(text)).toHaveLength(3)
  expect(unknownNamesIn(text)).toHaveLength(3)
  expect(recordedNames).toContain('kvminfo:switches_active:threshold')
})
