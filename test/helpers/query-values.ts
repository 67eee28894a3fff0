// Evaluates queries of dashboards and runbooks with Prometheus's own engine, on series that a test defines.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fillIn } from './dashboard-files.ts'

/** Everything is selected, as when a dashboard opens. */
const choice = { job: '.+', instance: '.+', vm: '.+', __rate_interval: '5m', __range: '1h' }

/** The values of each series, such as `up{job="a"}`, one per minute in promtool's notation: `1x60`, `0+30x60`, `stale`. */
export type Series = Readonly<Record<string, string>>
/** Values by labels in promtool's notation, such as `{instance="a", job="b"}`. */
export type Values = Readonly<Record<string, number>>

/** `agrees`, or promtool's report of what the query returns instead. `at` is the time since the series began. */
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
