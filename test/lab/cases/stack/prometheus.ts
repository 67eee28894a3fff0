// Debian's Prometheus, scraping the exporter every two seconds: an emulated one needs up to one to answer.

import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Service, startService } from './service.ts'

export interface Prometheus extends Service {
  /** The one value of an instant query; undefined where there is no series. */
  value(query: string): Promise<number | undefined>
  /** The values of the one series of a range selector, oldest first; none where there is no series. */
  samples(rangeSelector: string): Promise<number[]>
}

interface Series {
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

export async function startPrometheus(target: string): Promise<Prometheus> {
  const directory = mkdtempSync('/tmp/prometheus-')
  const config = join(directory, 'prometheus.yml')
  // JSON is YAML.
  const scrape = { job_name: 'kvminfo', static_configs: [{ targets: [new URL(target).host] }] }
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '2s' }, scrape_configs: [scrape] }))
  const address = '127.0.0.1:9090'
  const service = await startService(
    [
      'prometheus',
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    `http://${address}`,
    '/-/ready',
  )
  async function series(query: string): Promise<Series | undefined> {
    const url = `${service.url}/api/v1/query?${new URLSearchParams({ query })}`
    const answer = (await (await fetch(url)).json()) as Answer
    assert.equal(answer.status, 'success', answer.error)
    const { result } = answer.data
    assert.ok(result.length <= 1, `${query} gives ${result.length} series`)
    return result[0]
  }
  return {
    ...service,
    async value(query) {
      const found = await series(query)
      return found === undefined ? undefined : Number(found.value![1])
    },
    async samples(rangeSelector) {
      const found = await series(rangeSelector)
      return (found?.values ?? []).map(([, value]) => Number(value))
    },
  }
}
