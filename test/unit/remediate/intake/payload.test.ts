import { expect, test } from 'vitest'
import { parsePayload } from '../../../../src/remediate/intake/payload.ts'
import { requestOf } from '../../../../src/remediate/intake/requests.ts'

const alert = {
  status: 'firing',
  labels: { alertname: 'KvmVmCpuStarved', instance: 'kvm1:9756', vm: 'web1', remediation: 'sched-tier' },
  annotations: { summary: 'A VM is waiting for CPU.' },
  startsAt: '2026-11-26T18:44:04.123Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus:9090/graph',
  fingerprint: 'c1e5e5d1c4b3a291',
}
/** As Alertmanager 0.25 posts it, with the fields of 0.34 added. */
const payload = {
  version: '4',
  groupKey: '{}:{instance="kvm1:9756"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'kvminfo-remediation',
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager:9093',
  notification_reason: 'first',
  alerts: [alert],
}

test('reads the alerts and drops what it does not know', () => {
  expect(parsePayload(payload)).toEqual([
    {
      status: 'firing',
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: alert.startsAt,
      fingerprint: alert.fingerprint,
    },
  ])
  expect(parsePayload({ version: '4', alerts: [] })).toEqual([])
})

test.each([
  ['nothing', undefined, 'the body:'],
  ['a list', [], 'the body:'],
  ['another version', { ...payload, version: '5' }, 'version: must be "4"'],
  ['a version that is a number', { ...payload, version: 4 }, 'version: must be "4"'],
  [
    'a truncated group',
    { ...payload, truncatedAlerts: 3 },
    'truncatedAlerts: Alertmanager has left out alerts',
  ],
  ['an unknown status', { ...payload, alerts: [{ ...alert, status: 'pending' }] }, 'alerts.0.status:'],
  [
    'a label that is no text',
    { ...payload, alerts: [{ ...alert, labels: { vm: 3 } }] },
    'alerts.0.labels.vm:',
  ],
  ['a start that is no time', { ...payload, alerts: [{ ...alert, startsAt: 'now' }] }, 'alerts.0.startsAt:'],
  [
    'a fingerprint that is none',
    { ...payload, alerts: [{ ...alert, fingerprint: '../x' }] },
    'alerts.0.fingerprint:',
  ],
  [
    'a label of 5 kB',
    { ...payload, alerts: [{ ...alert, labels: { vm: 'x'.repeat(5000) } }] },
    'alerts.0.labels.vm:',
  ],
  [
    'a hundred labels',
    {
      ...payload,
      alerts: [
        { ...alert, labels: Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`l${n}`, ''])) },
      ],
    },
    'alerts.0.labels: has more than 64 entries',
  ],
  [
    '5,000 alerts',
    { ...payload, alerts: Array.from({ length: 5000 }, () => alert) },
    'alerts: has more than 2000 alerts',
  ],
])('refuses %s and names the field', (_what, body, message) => {
  expect(() => parsePayload(body)).toThrow(message)
})

test('a refusal never quotes the value', () => {
  const secret = 'hunter2hunter2'
  expect(() => parsePayload({ ...payload, version: secret })).toThrow(
    expect.objectContaining({ code: 'PAYLOAD_REFUSED', message: expect.not.stringContaining(secret) }),
  )
})

const ask = (labels: Record<string, string>) => requestOf({ labels }, ['kvm1:9756', 'kvm1'])

test('an alert asks for the action in its label, on the VM and the device that it names', () => {
  expect(ask(alert.labels)).toEqual({ action: 'sched-tier', vm: 'web1', device: undefined })
  expect(ask({ instance: 'kvm1', remediation: 'virtio-disk', vm: 'a', device: 'hda' })).toEqual({
    action: 'virtio-disk',
    vm: 'a',
    device: 'hda',
  })
})

test.each([
  ['no remediation', { instance: 'kvm1', vm: 'a' }, 'it has no label remediation'],
  ['an empty remediation', { instance: 'kvm1', remediation: '' }, 'it has no label remediation'],
  ['another host', { instance: 'kvm2', remediation: 'sched-tier' }, 'it is about another host'],
  ['no host', { remediation: 'sched-tier' }, 'it is about another host'],
  [
    'an unknown remediation',
    { instance: 'kvm1', remediation: 'reboot' },
    'this program has no such remediation',
  ],
  [
    'a name of every object',
    { instance: 'kvm1', remediation: 'constructor' },
    'this program has no such remediation',
  ],
])('an alert with %s asks for nothing', (_what, labels, why) => {
  expect(ask(labels as Record<string, string>)).toMatch(why)
})
