import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { remediationCatalog } from '../../../../src/metrics/remediation.ts'
import { parsePolicy } from '../../../../src/policy/schema.ts'
import { move } from '../../../../src/remediate/journal/runs.ts'
import { intend } from '../../../../src/remediate/journal/steps.ts'
import {
  createRemediationMetrics,
  type MetricsOptions,
} from '../../../../src/remediate/report/metrics-route.ts'
import { runFigures } from '../../../../src/remediate/report/run-figures.ts'
import { runIn, testJournal } from '../../../helpers/journal.ts'
import { operation } from '../../../helpers/journal-values.ts'
import { servedPage } from '../../../helpers/remediate/served-page.ts'

async function metrics(options: Partial<MetricsOptions> = {}, accept = 'text/plain'): Promise<string> {
  const { journal } = testJournal()
  const id = runIn(journal, 'measuring')
  intend(journal, id, operation, false)
  move(journal, id, 'measuring', 'holding', { verdict: 'improved' })
  const policy = parsePolicy('instances: [kvm1]', 'policy.yml')
  const handler = createRemediationMetrics({
    version: '1.2.3',
    intake: { requests: 4, refused: 1, alerts: 9, opened: 1 },
    figures: () => runFigures(journal, policy),
    isActuatorUp: async () => true,
    overdueLeases: () => 0,
    isStopped: () => false,
    isPolicyValid: () => true,
    isJournalWritable: () => true,
    isJournalIntact: () => true,
    ...options,
  })
  const server = createServer(express().get('/metrics', handler)).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept } })
  expect(answer.status).toBe(200)
  return answer.text()
}

const samples = (text: string): string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

test('serves every metric of the catalog, with its labels', async () => {
  const text = await metrics()
  expect(samples(text)).toEqual([
    'kvminfo_remediation_build_info{version="1.2.3"} 1',
    'kvminfo_remediation_webhook_requests_total 4',
    'kvminfo_remediation_webhook_refused_total 1',
    'kvminfo_remediation_alerts_total 9',
    'kvminfo_remediation_runs{action="sched-tier",state="holding"} 1',
    'kvminfo_remediation_run_info{run="1",action="sched-tier",vm="web-1",device="",state="holding",verdict="improved"} 1',
    'kvminfo_remediation_changes_total{action="sched-tier"} 1',
    ...['improved', 'worse', 'inconclusive', 'not-measurable'].map(
      (verdict) => `kvminfo_remediation_verdicts_total{action="placebo",verdict="${verdict}"} 0`,
    ),
    'kvminfo_remediation_verdicts_total{action="sched-tier",verdict="improved"} 1',
    'kvminfo_remediation_overdue_runs 0',
    'kvminfo_remediation_lease_left_seconds{run="1",vm="web-1"} 86400',
    'kvminfo_remediation_overdue_leases 0',
    'kvminfo_remediation_actuator_up 1',
    'kvminfo_remediation_storm 0',
    'kvminfo_remediation_stopped 0',
    'kvminfo_remediation_policy_valid 1',
    'kvminfo_remediation_journal_writable 1',
    'kvminfo_remediation_journal_intact 1',
  ])
  for (const { name, labels } of remediationCatalog) {
    const line = samples(text).find((sample) => sample.startsWith(name))!
    expect(
      [...line.matchAll(/(\w+)="/g)].map(([, label]) => label),
      name,
    ).toEqual(labels)
  }
})

test.each([
  ['isActuatorUp', async () => false, 'kvminfo_remediation_actuator_up 0'],
  ['overdueLeases', () => 3, 'kvminfo_remediation_overdue_leases 3'],
  ['isStopped', () => true, 'kvminfo_remediation_stopped 1'],
  ['isPolicyValid', () => false, 'kvminfo_remediation_policy_valid 0'],
  ['isJournalWritable', () => false, 'kvminfo_remediation_journal_writable 0'],
  ['isJournalIntact', () => false, 'kvminfo_remediation_journal_intact 0'],
])('%s is told as it is', async (name, value, expected) => {
  expect(samples(await metrics({ [name]: value }))).toContain(expected)
})

test('speaks OpenMetrics to those who ask for it', async () => {
  const text = await metrics({}, 'application/openmetrics-text')
  expect(text.endsWith('# EOF\n')).toBe(true)
  expect(text).toContain('# TYPE kvminfo_remediation_run info\n')
})

test('the verdicts of placebo runs are there from the beginning, so that their rate is never absent', async () => {
  const { host, url } = await servedPage('mode: auto')
  const verdicts = async () =>
    (await (await fetch(`${url}/metrics`)).text()).match(/^kvminfo_remediation_verdicts_total\{.*$/gm)
  const none = ['improved', 'worse', 'inconclusive', 'not-measurable'].map(
    (verdict) => `kvminfo_remediation_verdicts_total{action="placebo",verdict="${verdict}"} 0`,
  )
  expect(await verdicts()).toEqual(none)
  const { vm } = host.alert.request!
  const id = host.store.open({ action: 'placebo', mode: 'auto', vm, device: undefined, policySha: 'p1' })!
  host.store.move(id, 'received', 'undone', { verdict: 'improved' })
  expect((await verdicts())!.toSorted()).toEqual(
    none.map((line) => (line.includes('"improved"') ? line.replace(' 0', ' 1') : line)).toSorted(),
  )
})
