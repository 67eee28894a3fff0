// Every query of every dashboard parses (target-promql-rule of dashboard-linter, checked with Prometheus's own parser)
// and uses only metrics that the exporter serves or the rules record.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { catalog } from '../../src/metrics/catalog.ts'
import { remediationCatalog } from '../../src/metrics/remediation.ts'
import { dashboardFiles, fillIn, targetsOf } from '../helpers/dashboard-files.ts'
import { selectors } from '../helpers/promql.ts'

const alerts = new URL('../../alerts/', import.meta.url)
const scratch = mkdtempSync(join(tmpdir(), 'kvminfo-dashboards-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** Any values will do, because the tests only parse the queries. */
const values = { job: 'kvminfo', instance: 'a:9756', vm: 'web', __rate_interval: '1m', __range: '6h' }

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly record?: string }[] }[]
}

const recorded = readdirSync(alerts)
  .filter((file) => file.endsWith('.rules.yaml'))
  .flatMap((file) => (parse(readFileSync(new URL(file, alerts), 'utf8')) as Rules).groups)
  .flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? []))

/** Prometheus itself provides the first two, and prom-client provides the others. */
const others = ['up', 'ALERTS', 'process_resident_memory_bytes', 'process_cpu_seconds_total']

const queries = dashboardFiles().flatMap(({ name, dashboard, panels }) => [
  ...panels.flatMap((panel) =>
    targetsOf(panel).map(({ refId, expr }) => ({ where: `${name}: ${panel.title} ${refId}`, expr })),
  ),
  ...(dashboard.annotations.list ?? []).map((annotation) => ({
    where: `${name}: annotation ${annotation.name}`,
    expr: annotation.expr ?? '',
  })),
])

test('Prometheus parses every query', () => {
  expect(queries.length).toBeGreaterThan(100)
  const file = join(scratch, 'queries.rules.yaml')
  const rules = queries.map(({ where, expr }, index) => ({
    record: `query:${index}`,
    expr: fillIn(expr, values),
    labels: { where },
  }))
  for (const { expr } of rules) expect(expr).not.toContain('$')
  writeFileSync(file, stringify({ groups: [{ name: 'dashboards', rules }] }))
  const checked = execFileSync('promtool', ['check', 'rules', '--lint=none', file], { encoding: 'utf8' })
  expect(checked).toContain(`${queries.length} rules found`)
})

test('every metric of every query exists', () => {
  const known = new Set([
    ...[...catalog, ...remediationCatalog].map(({ name }) => name),
    ...recorded,
    ...others,
  ])
  for (const { where, expr } of queries) {
    for (const { metric } of selectors(expr)) expect(known, where).toContain(metric)
  }
})

test('selectors() finds selectors in all places', () => {
  const expr =
    'sum by (job, vm) (rate(a_total{x="}",y=~"b|c"}[$__rate_interval])) / on (job) group_left (z) (d:e:f > 0) and g unless 5 * h{i="rate(j)"} or topk(10, rate(k[$__range] @ end())) or vector(0)'
  expect(selectors(expr)).toMatchObject([
    { metric: 'a_total', matchers: 'x="}",y=~"b|c"', directlyIn: 'rate', range: '$__rate_interval' },
    { metric: 'd:e:f', matchers: '' },
    { metric: 'g' },
    { metric: 'h', matchers: 'i="rate(j)"', directlyIn: undefined },
    { metric: 'k', directlyIn: 'rate', range: '$__range', atEnd: ' @ end()' },
  ])
})
