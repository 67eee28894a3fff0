// The files that deploy/grafana installs match each other: paths, scrape interval and dashboards.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { dashboardFiles } from '../helpers/dashboard-files.ts'

const deploy = (path: string): string =>
  readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8')

const [source] = parse(deploy('grafana/provisioning/datasources/kvminfo.yaml')).datasources
const [provider] = parse(deploy('grafana/provisioning/dashboards/kvminfo.yaml')).providers
const readme = deploy('grafana/README.md')

test('the data source is the Prometheus of deploy/prometheus, with its scrape interval', () => {
  expect(source).toMatchObject({ type: 'prometheus', url: 'http://127.0.0.1:9090', isDefault: true })
  expect(source.jsonData.timeInterval).toBe(parse(deploy('prometheus/prometheus.yml')).global.scrape_interval)
})

test('the dashboards are installed where Grafana looks for them', () => {
  expect(provider).toMatchObject({ type: 'file', allowUiUpdates: false })
  expect(readme).toContain(`dashboards/out/*.json ${provider.options.path}/\n`)
  for (const kind of ['datasources', 'dashboards']) {
    expect(readme).toContain(
      `deploy/grafana/provisioning/${kind}/kvminfo.yaml /etc/grafana/provisioning/${kind}/\n`,
    )
  }
})

test('the README names the schema version of the files', () => {
  for (const { dashboard } of dashboardFiles()) {
    expect(readme).toContain(`schema version ${dashboard.schemaVersion}`)
  }
})
