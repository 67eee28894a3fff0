// What the Alertmanager example inhibits, checked with a real Alertmanager.
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../helpers/kvminfo-process.ts'
import { type Alertmanager, type Labels, startAlertmanager } from './alertmanager-process.ts'
import { root } from './checkers.ts'
import { alerts } from './rule-files.ts'

const example = `${root}deploy/alertmanager/alertmanager.yml`

let alertmanager: Alertmanager
beforeAll(async () => {
  alertmanager = await startAlertmanager(example)
}, 30_000)
afterAll(() => alertmanager.stop())

const job = 'kvminfo'
const known = new Set(alerts.map(({ alert }) => alert))

/** Each case uses its own hosts, because the alerts of the other cases stay. */
test.each([
  { source: 'KvmExporterDown', target: 'KvmVmIoBound', scope: 'host' },
  { source: 'KvmExporterDown', target: 'KvmHostKsmUnderLoad', scope: 'host' },
  { source: 'KvmRemediationDown', target: 'KvmRemediationFailed', scope: 'host' },
  { source: 'KvmHostCpuOvercommitted', target: 'KvmVmCpuStarved', scope: 'host' },
  { source: 'KvmHostRealtimeDensityHigh', target: 'KvmVmCpuStarved', scope: 'host' },
  { source: 'KvmHostMemoryLow', target: 'KvmVmWithoutHugepages', scope: 'host' },
  { source: 'KvmHostMemoryLow', target: 'KvmVmBalloonStuck', scope: 'host' },
  { source: 'KvmVmEmulatedDisk', target: 'KvmVmIoBound', scope: 'VM' },
  { source: 'KvmVmEmulatedNic', target: 'KvmVmRootModeRatioDropped', scope: 'VM' },
])('$source inhibits $target of the same $scope', async ({ source, target, scope }) => {
  expect(known).toContain(source)
  expect(known).toContain(target)
  const here = `${source}-${target}`
  const muted: Labels = { alertname: target, job, instance: here, vm: 'a' }
  const others: Labels[] = [{ alertname: target, job, instance: `${here}-elsewhere`, vm: 'a' }]
  if (scope === 'VM') others.push({ alertname: target, job, instance: here, vm: 'b' })

  await alertmanager.send([{ alertname: source, job, instance: here, vm: 'a' }, muted, ...others])
  expect(await inhibited(`instance=~"${here}.*"`)).toEqual([muted])
})

test('an alert that ends while its exporter is down is not reported as resolved', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kvminfo-resolved-'))
  const received: Labels[] = []
  const webhook = createServer(async (request, response) => {
    const { alerts } = (await json(request)) as { alerts: { status: string; labels: Labels }[] }
    received.push(...alerts.map(({ status, labels }) => ({ status, instance: labels.instance! })))
    response.end()
  })
  await once(webhook.listen(0, '127.0.0.1'), 'listening')
  const { port } = webhook.address() as AddressInfo
  writeFileSync(join(directory, 'token'), 'token')
  writeFileSync(
    join(directory, 'alertmanager.yml'),
    readFileSync(example, 'utf8')
      .replace('127.0.0.1:9757', `127.0.0.1:${port}`)
      .replace('/etc/prometheus/kvminfo-remediation.token', join(directory, 'token'))
      .replace('group_wait: 30s', 'group_wait: 100ms')
      .replace('group_interval: 5m', 'group_interval: 500ms'),
  )
  const quick = await startAlertmanager(join(directory, 'alertmanager.yml'))
  try {
    const disk = { alertname: 'KvmVmEmulatedDisk', remediation: 'virtio-disk', job, vm: 'a' }
    const both: Labels[] = ['silent', 'answering'].map((instance) => ({ ...disk, instance }))
    const reported = (status: string) =>
      received.filter((alert) => alert.status === status).map(({ instance }) => instance)
    await quick.send(both)
    await eventually('both are reported', () => (new Set(reported('firing')).size === 2 ? true : undefined))
    await quick.send([{ alertname: 'KvmExporterDown', job, instance: 'silent' }])
    await eventually('one is inhibited', async () =>
      (await quick.inhibited('instance="silent"')).length > 0 ? true : undefined,
    )
    await quick.send([both[0]!], 'resolved')
    await quick.send([both[1]!], 'resolved')
    await eventually('the other is resolved', () => (reported('resolved').length > 0 ? true : undefined))
    // Two more group intervals.
    await setTimeout(1000)
    expect(reported('resolved')).toEqual(['answering'])
  } finally {
    await quick.stop()
    webhook.close()
    rmSync(directory, { recursive: true })
  }
})

test('an alert on a VM does not inhibit the alert on its host', async () => {
  const here = 'reverse'
  await alertmanager.send([
    { alertname: 'KvmVmCpuStarved', job, instance: here, vm: 'a' },
    { alertname: 'KvmHostCpuOvercommitted', job, instance: here },
  ])
  const alertnames = (await inhibited(`instance="${here}"`)).map(({ alertname }) => alertname)
  expect(alertnames).toEqual(['KvmVmCpuStarved'])
})

/** Waits until there are some, because Alertmanager processes alerts asynchronously. */
function inhibited(matcher: string): Promise<Labels[]> {
  return eventually(`an alert with ${matcher} is inhibited`, async () => {
    const found = await alertmanager.inhibited(matcher)
    return found.length > 0 ? found : undefined
  })
}
