// What the queries of dashboards and runbooks give on series that a test writes down, by Prometheus's own engine.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fillIn } from './dashboard-files.ts'

/** All of everything, as a dashboard opens. */
const choice = { job: '.+', instance: '.+', vm: '.+', __rate_interval: '5m', __range: '1h' }

/** Of a series, such as `up{job="a"}`, its values a minute apart as promtool writes them: `1x60`, `0+30x60`, `stale`. */
export type Series = Readonly<Record<string, string>>
/** By labels as promtool writes them, such as `{instance="a", job="b"}`. */
export type Values = Readonly<Record<string, number>>

/** `agrees`, or where it does not what the query gives instead, so long after the series began. */
export function valuesOf(expr: string, series: Series, expected: Values, at = '1h'): string {
  const directory = mkdtempSync(join(tmpdir(), 'kvminfo-query-'))
  const file = join(directory, 'query.test.yaml')
  const test = {
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      {
        expr: fillIn(expr, choice),
        eval_time: at,
        exp_samples: Object.entries(expected).map(([labels, value]) => ({ labels, value })),
      },
    ],
  }
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ rule_files: [], tests: [test] }))
  try {
    execFileSync('promtool', ['test', 'rules', file], { encoding: 'utf8', stdio: 'pipe' })
    return 'agrees'
  } catch (error) {
    return `${(error as { stdout: string }).stdout}${(error as { stderr: string }).stderr}`
  } finally {
    rmSync(directory, { recursive: true })
  }
}
