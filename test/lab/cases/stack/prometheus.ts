// Runs Debian's Prometheus with the configuration that a case gives.

import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Service, startService } from './service.ts'

export interface Prometheus extends Service {
  /** The value of an instant query with one series; undefined if there is no series. */
  value(query: string): Promise<number | undefined>
  /** The values of a range selector with one series, oldest first; empty if there is no series. */
  samples(rangeSelector: string): Promise<number[]>
  /** The labels of each series that an instant query returns. */
  labels(query: string): Promise<Labels[]>
}

export type Labels = Readonly<Record<string, string>>

interface Series {
  metric: Labels
  /** Of an instant vector. */
  value?: [number, string]
  /** Of a range vector. */
  values?: [number, string][]
}

interface Answer {
  status: string
  error?: string
  data: { result: Series[] }
}

/**
 * `configuration` is the content of prometheus.yml, with absolute paths. `host` is the address to listen on, 127.0.0.1
 * or 0.0.0.0.
 */
export async function startPrometheus(configuration: object, host = '127.0.0.1'): Promise<Prometheus> {
  const directory = mkdtempSync('/tmp/prometheus-')
  const file = join(directory, 'prometheus.yml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(configuration))
  const service = await startService(
    [
      'prometheus',
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${host}:9090`,
    ],
    'http://127.0.0.1:9090',
    '/-/ready',
  )
  async function query(expression: string): Promise<Series[]> {
    const url = `${service.url}/api/v1/query?${new URLSearchParams({ query: expression })}`
    const answer = (await (await fetch(url)).json()) as Answer
    assert.equal(answer.status, 'success', answer.error)
    return answer.data.result
  }
  async function one(expression: string): Promise<Series | undefined> {
    const result = await query(expression)
    assert.ok(result.length <= 1, `${expression} returns ${result.length} series`)
    return result[0]
  }
  return {
    ...service,
    async value(expression) {
      const found = await one(expression)
      return found === undefined ? undefined : Number(found.value![1])
    },
    async samples(rangeSelector) {
      const found = await one(rangeSelector)
      return (found?.values ?? []).map(([, value]) => Number(value))
    },
    labels: async (expression) => (await query(expression)).map(({ metric }) => metric),
  }
}

/** A configuration that scrapes `exporter` every `seconds` with the instance label `instance`. */
export function scraping(
  exporter: Service,
  seconds: number,
  instance: string,
): { global: object; scrape_configs: object[] } {
  const target = { targets: [new URL(exporter.url).host], labels: { instance } }
  return {
    global: { scrape_interval: `${seconds}s`, evaluation_interval: `${seconds}s` },
    scrape_configs: [{ job_name: 'kvminfo', static_configs: [target] }],
  }
}
