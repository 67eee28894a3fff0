// The whole way that an operator installs, from a slow disk to a proven improvement, under a real libvirt: exporter,
// Prometheus with our rules, Alertmanager with our route, and `kvminfo remediate`. A VM reads its IDE disk through the
// firmware; its alert becomes a proposal, and after the approval its definition is changed, it is asked by ACPI to shut down,
// started, and measured on virtio, for which its boot sector has a driver. Prints what that changed beside the thesis.
//
// Then two VMs that do not come up on virtio: one shuts down by ACPI, so it was started by the program, which ends it and
// brings it up with its former definition. The other one ignores ACPI and is left alone; once somebody else has started it,
// a person is called.

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { after, before, test } from 'node:test'
import type { RunDocument, RunSummary } from '../../../src/remediate/approve/documents.ts'
import { table7_4 } from '../../rules/thesis-tables.ts'
import { writeReadingDisk, writeStuckDisk } from './firmware/disk.ts'
import { domainXml, virsh } from './firmware/domain.ts'
import { until } from './kvminfo/until.ts'
import { startDeployedAlertmanager, startDeployedPrometheus } from './stack/deployed.ts'
import { startExporter } from './stack/exporter.ts'
import type { Prometheus } from './stack/prometheus.ts'
import { kvminfo, request, runs, token } from './stack/remediate.ts'
import { type Service, startService } from './stack/service.ts'

const uuids = {
  web1: '11111111-1111-4111-8111-111111111111',
  web2: '22222222-2222-4222-8222-222222222222',
  web3: '33333333-3333-4333-8333-333333333333',
} as const
type Name = keyof typeof uuids
/** The disk is throttled, so that the load is the same before and after. */
const throttle = '<iotune><total_bytes_sec>200000</total_bytes_sec></iotune>'

const services: Service[] = []
let prometheus: Prometheus

const runOf = async (name: Name): Promise<RunSummary | undefined> =>
  (await runs()).find(({ vm, action }) => vm === name && action === 'virtio-disk')

const note = (text: string): void => console.log(`${process.uptime().toFixed(0)} s: ${text}`)

async function reaches(
  name: Name,
  what: string,
  holds: (run: RunSummary) => boolean,
  seconds: number,
): Promise<RunSummary> {
  let last = ''
  await until(
    `the run of ${name} is ${what}`,
    async () => {
      const run = await runOf(name)
      const now = `${name}: ${run?.state} ${run?.reason ?? ''} ${run?.waits ?? ''}`
      if (now !== last) note(now)
      last = now
      return run !== undefined && holds(run)
    },
    2000,
    seconds,
  )
  return (await runOf(name))!
}

const isOneOf =
  (...states: readonly RunSummary['state'][]) =>
  ({ state }: RunSummary): boolean =>
    states.includes(state)

const busOf = (xml: string): string | undefined => /<target dev='..a' bus='(\w+)'\/>/.exec(xml)?.[1]
const nextBus = (name: Name): string | undefined => busOf(virsh('dumpxml', '--inactive', '--', uuids[name]))
const liveBus = (name: Name): string | undefined => busOf(virsh('dumpxml', '--', uuids[name]))

function start(name: Name, write: (image: string) => void, { hasAcpi }: { hasAcpi: boolean }): void {
  const image = `/tmp/${name}.img`
  write(image)
  const more = `<uuid>${uuids[name]}</uuid>${hasAcpi ? '<features><acpi/></features>' : ''}`
  const text = domainXml({ name, bus: 'ide', nic: 'virtio' }, image, more)
  writeFileSync(`/tmp/${name}.xml`, text.replace("bus='ide'/>", `bus='ide'/>${throttle}`))
  virsh('define', `/tmp/${name}.xml`)
  virsh('start', '--', uuids[name])
  note(`${name} runs`)
}

/** Waits for the proposal that its alert leads to. */
async function approve(name: Name): Promise<void> {
  const { id } = await reaches(name, 'proposed', isOneOf('proposed'), 400)
  if (name === 'web1') console.log(kvminfo('show', String(id)))
  kvminfo('approve', String(id), '--yes')
}

/** The root-mode switch ratio of the last minute, by Prometheus. */
async function ratio(name: Name): Promise<number> {
  const rate = (what: string): string => `rate(kvminfo_vm_${what}_switches_total{vm="${name}"}[1m])`
  const query = `${rate('kernel')} / (${rate('kernel')} + ${rate('userspace')})`
  await until('there is a rate', async () => (await prometheus.value(query)) !== undefined, 2000)
  return (await prometheus.value(query))!
}

before(async () => {
  setPriority(-19)
  mkdirSync('/etc/prometheus', { recursive: true })
  mkdirSync('/etc/kvminfo-remediate', { recursive: true })
  // JSON is YAML.
  writeFileSync(
    '/etc/kvminfo-remediate/policy.yml',
    JSON.stringify({
      instances: ['kvm1'],
      mode: 'propose',
      actions: { 'virtio-disk': { restart: true } },
      vms: [{ name: 'web*', virtio_ready: true }],
      // Alertmanager's intervals are shortened too, so the same alerts come twenty times as often.
      limits: { storm_alerts: 600 },
      measure: { restart_window: '3s', settle: '5s', boot: '60s', wait_for_load: '15m', placebo: 0 },
      credentials: { alertmanager: ['/etc/prometheus/kvminfo-remediation.token'] },
    }),
  )
  services.push(await startDeployedAlertmanager('127.0.0.1', token))
  chmodSync('/etc/prometheus/kvminfo-remediation.token', 0o640)
  services.push(await startExporter())
  services.push(await startService(['kvminfo', 'remediate'], 'http://127.0.0.1:9757', '/-/ready'))
  prometheus = await startDeployedPrometheus('127.0.0.1', {
    hasRemediation: false,
    interval: '10s',
    topics: ['settings', 'recording', 'vm'],
  })
  services.push(prometheus)
  note('all services run')
})

after(async () => {
  for (const uuid of virsh('list', '--uuid').split('\n').filter(Boolean)) virsh('destroy', '--', uuid)
  for (const service of services.reverse()) await service.stop()
})

test('a VM with an IDE disk: alert, proposal, approval, restart by ACPI, and it is proven on virtio', async () => {
  start('web1', (image) => writeReadingDisk(image, 'virtio'), { hasAcpi: true })
  await approve('web1')
  const before = await ratio('web1')
  const pid = virsh('domid', '--', uuids.web1)
  const run = await reaches('web1', 'judged', isOneOf('kept', 'unproven', 'undone', 'person'), 1200)
  console.log(kvminfo('show', String(run.id)))
  assert.deepEqual([run.state, run.verdict], ['kept', 'improved'], run.reason ?? '')
  assert.notEqual(virsh('domid', '--', uuids.web1), pid, 'it was restarted')
  assert.deepEqual([liveBus('web1'), nextBus('web1')], ['virtio', 'virtio'])

  const { alerts, steps } = (await (await request(`/api/v1/runs/${run.id}`)).json()) as RunDocument
  assert.ok(alerts.length > 0)
  for (const { labels } of alerts) assert.equal(labels.alertname, 'KvmVmEmulatedDisk')
  // The definition, off, on: each once.
  assert.deepEqual(
    steps.map(({ phase, undo }) => [phase, undo]),
    Array.from({ length: 3 }, () => ['done', false]),
  )
  // A rate of a minute that has nothing of the time before the restart in it.
  const rows = 'kvminfo_vm_userspace_switches_total{vm="web1"}'
  const restarted = Date.parse(steps[2]!.at)
  await until('a minute has passed', () => Date.now() > restarted + 90_000, 2000)
  await until(
    'Prometheus scrapes it',
    async () => (await prometheus.samples(`${rows}[1m]`)).length >= 4,
    2000,
  )
  const afterwards = await ratio('web1')
  const thesis = new Map(table7_4.rows.map(({ vm, kvmVmShare }) => [vm.split('-')[0], kvmVmShare]))
  console.log(
    `root-mode switch ratio of web1: ${before.toFixed(3)} on IDE, ${afterwards.toFixed(3)} on virtio; ` +
      `the thesis, table 7-4: ${thesis.get('untuned')!.toFixed(3)} and ${thesis.get('tuned')!.toFixed(3)}`,
  )
  console.log(run.reason)
  assert.ok(before < 0.62, 'as a VM of class emulated-io')
  assert.ok(afterwards > 0.9, 'as a VM of class in-kernel-io or near-native')
})

test('the alert ends, and nothing new is opened for the VM', async () => {
  const firing = (): Promise<unknown[]> => prometheus.labels('ALERTS{alertname="KvmVmEmulatedDisk"}')
  await until('the alert has ended', async () => (await firing()).length === 0, 2000, 400)
  assert.deepEqual(
    (await runs()).filter(({ action }) => action === 'virtio-disk').map(({ id, state }) => [id, state]),
    [[(await runOf('web1'))!.id, 'kept']],
  )
})

test('a person undoes it for the next start', async () => {
  kvminfo('undo', String((await runOf('web1'))!.id))
  assert.deepEqual([liveBus('web1'), nextBus('web1')], ['virtio', 'ide'])
  virsh('destroy', '--', uuids.web1)
})

test('a VM that does not come up is ended, because the program started it, and runs as before', async () => {
  start('web2', writeStuckDisk, { hasAcpi: true })
  start('web3', writeStuckDisk, { hasAcpi: false })
  await approve('web2')
  await approve('web3')
  const run = await reaches('web2', 'undone', isOneOf('undone', 'kept', 'unproven', 'person'), 900)
  console.log(kvminfo('show', String(run.id)))
  assert.deepEqual([run.state, run.verdict], ['undone', 'worse'], run.reason ?? '')
  assert.match(run.reason ?? '', /did not come up .* it was started with the former one/)
  assert.deepEqual([liveBus('web2'), nextBus('web2')], ['ide', 'ide'])
  const reads = (): number =>
    Number(/^ *block\.0\.rd\.reqs=(\d+)$/m.exec(virsh('domstats', '--block', uuids.web2))![1])
  await until('its guest reads its disk', () => reads() > 100, 1000)
  virsh('destroy', '--', uuids.web2)
})

test('a guest that ignores ACPI is left alone, and a person is called if it then does not come up', async () => {
  const ignored = ({ reason }: RunSummary): boolean => reason?.startsWith('not restarted') === true
  const waiting = await reaches('web3', 'not restarted', ignored, 600)
  assert.match(waiting.reason!, /the guest does not shut down/)
  assert.deepEqual([waiting.state, liveBus('web3'), nextBus('web3')], ['waiting', 'ide', 'virtio'])
  virsh('destroy', '--', uuids.web3)
  virsh('start', '--', uuids.web3)
  const run = await reaches('web3', 'person', isOneOf('person', 'kept', 'unproven', 'undone'), 600)
  console.log(kvminfo('show', String(run.id)))
  assert.match(
    run.reason ?? '',
    /did not come up .* the former definition is restored, but .*: virsh destroy/,
  )
  assert.deepEqual([liveBus('web3'), nextBus('web3')], ['virtio', 'ide'])
  assert.match(kvminfo('verify-journal'), /^The journal is whole/)
})
