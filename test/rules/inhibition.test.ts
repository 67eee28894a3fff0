// What the Alertmanager example silences, asked of a real Alertmanager.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../helpers/kvminfo-process.ts'
import { type Alertmanager, type Labels, startAlertmanager } from './alertmanager-process.ts'
import { root } from './checkers.ts'
import { alerts } from './rule-files.ts'

let alertmanager: Alertmanager
beforeAll(async () => {
  alertmanager = await startAlertmanager(`${root}deploy/alertmanager/alertmanager.yml`)
}, 30_000)
afterAll(() => alertmanager.stop())

const job = 'kvminfo'
const known = new Set(alerts.map(({ alert }) => alert))

/** Each case has hosts of its own, as the alerts of the others stay. */
test.each([
  { source: 'KvmExporterDown', target: 'KvmVmIoBound', scope: 'host' },
  { source: 'KvmExporterDown', target: 'KvmHostKsmUnderLoad', scope: 'host' },
  { source: 'KvmHostCpuOvercommitted', target: 'KvmVmCpuStarved', scope: 'host' },
  { source: 'KvmHostRealtimeDensityHigh', target: 'KvmVmCpuStarved', scope: 'host' },
  { source: 'KvmHostMemoryLow', target: 'KvmVmWithoutHugepages', scope: 'host' },
  { source: 'KvmHostMemoryLow', target: 'KvmVmBalloonStuck', scope: 'host' },
  { source: 'KvmVmEmulatedDisk', target: 'KvmVmIoBound', scope: 'VM' },
  { source: 'KvmVmEmulatedNic', target: 'KvmVmRootModeRatioDropped', scope: 'VM' },
])('$source silences $target of the same $scope', async ({ source, target, scope }) => {
  expect(known).toContain(source)
  expect(known).toContain(target)
  const here = `${source}-${target}`
  const silenced: Labels = { alertname: target, job, instance: here, vm: 'a' }
  const others: Labels[] = [{ alertname: target, job, instance: `${here}-elsewhere`, vm: 'a' }]
  if (scope === 'VM') others.push({ alertname: target, job, instance: here, vm: 'b' })

  await alertmanager.send([{ alertname: source, job, instance: here, vm: 'a' }, silenced, ...others])
  expect(await inhibited(`instance=~"${here}.*"`)).toEqual([silenced])
})

test('a VM that suffers does not silence its host', async () => {
  const here = 'reverse'
  await alertmanager.send([
    { alertname: 'KvmVmCpuStarved', job, instance: here, vm: 'a' },
    { alertname: 'KvmHostCpuOvercommitted', job, instance: here },
  ])
  const alertnames = (await inhibited(`instance="${here}"`)).map(({ alertname }) => alertname)
  expect(alertnames).toEqual(['KvmVmCpuStarved'])
})

/** Once there are some: Alertmanager takes in what was sent in its own time. */
function inhibited(matcher: string): Promise<Labels[]> {
  return eventually(`an alert with ${matcher} is inhibited`, async () => {
    const found = await alertmanager.inhibited(matcher)
    return found.length > 0 ? found : undefined
  })
}
