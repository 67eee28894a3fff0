// Debian's Prometheus, scraping the exporter every second.

import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Service, startService } from './service.ts'

export interface Prometheus extends Service {
  /** The one value of an instant query; undefined where there is no series. */
  value(query: string): Promise<number | undefined>
}

interface Answer {
  status: string
  error?: string
  data: { result: { metric: Record<string, string>; value: [number, string] }[] }
}

export async function startPrometheus(target: string): Promise<Prometheus> {
  const directory = mkdtempSync('/tmp/prometheus-')
  const config = join(directory, 'prometheus.yml')
  // JSON is YAML.
  const scrape = { job_name: 'kvminfo', static_configs: [{ targets: [new URL(target).host] }] }
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [scrape] }))
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
  return {
    ...service,
    async value(query) {
      const url = `${service.url}/api/v1/query?${new URLSearchParams({ query })}`
      const answer = (await (await fetch(url)).json()) as Answer
      assert.equal(answer.status, 'success', answer.error)
      const { result } = answer.data
      assert.ok(result.length <= 1, `${query} gives ${result.length} series`)
      return result[0] === undefined ? undefined : Number(result[0].value[1])
    },
  }
}
