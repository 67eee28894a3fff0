// Runs every query of every dashboard on real data: VMs under load, the exporter, and Debian's Prometheus with our rules.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { busyVms, startGuests, stopGuests } from './dashboards/guests.ts'
import { mayBeEmpty, mayLackVm } from './dashboards/may-be-empty.ts'
import { ask, type Result, runAllQueries } from './dashboards/queries.ts'
import { ruleFilesWithLowFloor } from './dashboards/rules.ts'
import { until } from './kvminfo/until.ts'
import { startExporter } from './stack/exporter.ts'
import { scraping, startPrometheus } from './stack/prometheus.ts'
import type { Service } from './stack/service.ts'

/** Long enough for a scrape on an emulated CPU that busy guests use too. */
const scrapeSeconds = 5

/** On a machine with ten times more work than CPUs, the VMs were not judged within the 120 s that are the default. */
const busyMachineSeconds = 300

const running: Service[] = []
let results: Result[]

before(async () => {
  const exporter = await startExporter()
  running.push(exporter)
  const { global, scrape_configs } = scraping(exporter, scrapeSeconds, 'lab')
  const prometheus = await startPrometheus({
    global,
    // Like most, this Prometheus also scrapes itself, which is not a KVM host.
    scrape_configs: [
      ...scrape_configs,
      { job_name: 'prometheus', static_configs: [{ targets: ['127.0.0.1:9090'] }] },
    ],
    rule_files: ruleFilesWithLowFloor(),
  })
  running.push(prometheus)
  console.log(`Prometheus was running after ${process.uptime().toFixed(1)} s`)
  await startGuests()
  const judged = 'vm:kvminfo_class:info{vm=~"ide|virtio"}'
  try {
    await until(
      'the VMs ide and virtio are judged',
      async () => (await ask(prometheus.url, judged)).series.length === 2,
      500,
      busyMachineSeconds,
    )
  } catch (error) {
    for (const query of ['up', 'scrape_duration_seconds', 'vm:kvminfo_switches:rate5m', judged]) {
      console.log(query, JSON.stringify((await ask(prometheus.url, query)).series))
    }
    throw error
  }
  console.log(`ide and virtio were judged after ${process.uptime().toFixed(1)} s`)
  const computing = 'vm:kvminfo_cpu_seconds:rate5m{vm="compute"} > 0'
  await until(
    'the VM compute uses CPU time',
    async () => (await ask(prometheus.url, computing)).series.length === 1,
  )
  // Enough records to fill the time range of a dashboard.
  const rangeSeconds = 6 * scrapeSeconds
  const records = `count_over_time(${judged}[${rangeSeconds}s]) >= 4`
  await until(
    'records fill the time range',
    async () => (await ask(prometheus.url, records)).series.length === 2,
  )
  console.log(`records filled the time range after ${process.uptime().toFixed(1)} s`)
  results = await runAllQueries(
    prometheus.url,
    {
      job: '.+',
      instance: '.+',
      vm: '.+',
      rangeSeconds,
      // Four scrape intervals, like Grafana.
      rateIntervalSeconds: 4 * scrapeSeconds,
    },
    (result) => !lacksData(result) && missingVms(result).length === 0,
  )
})

/** No kvminfo remediate runs here. */
const lacksData = ({ where, series }: Result): boolean =>
  series.length === 0 && mayBeEmpty[where] === undefined && !where.startsWith('remediation: ')

/** The VMs that a query of the VM dashboard should have shown. */
function missingVms({ where, series }: Result): string[] {
  const shown = new Set(series.flatMap(({ vm }) => vm ?? []))
  if (!where.startsWith('vm: ') || shown.size === 0) return []
  return busyVms.filter((vm) => !mayLackVm[where]?.vms.includes(vm) && !shown.has(vm))
}

after(async () => {
  for (const service of running.reverse()) await service.stop()
  await stopGuests()
})

test('Prometheus answers every query', () => {
  assert.ok(results.length > 150, `${results.length} queries`)
  assert.deepEqual(
    results.filter(({ error }) => error !== undefined),
    [],
  )
  console.log(
    `${results.length} queries, ${results.filter(({ series }) => series.length > 0).length} with data`,
  )
})

test('every query has data unless it is listed in may-be-empty.ts with a reason', () => {
  assert.deepEqual(
    results.filter(lacksData).map(({ where }) => where),
    [],
  )
})

test('no query returns series of other scrape targets', () => {
  const others = results.filter(({ series }) => series.some(({ job = 'kvminfo' }) => job !== 'kvminfo'))
  assert.deepEqual(
    others.map(({ where }) => where),
    [],
  )
})

test('the VM dashboard shows each of the VMs', () => {
  for (const result of results) assert.deepEqual(missingVms(result), [], `VMs missing in ${result.where}`)
})

test('the lists in may-be-empty.ts name only queries that exist', () => {
  const places = new Set(results.map(({ where }) => where))
  for (const where of [...Object.keys(mayBeEmpty), ...Object.keys(mayLackVm)]) {
    assert.ok(places.has(where), where)
  }
})
