// The Alertmanager example is valid and routes every alert to the right receivers.
import { expect, test } from 'vitest'
import { check, root } from './checkers.ts'
import { alerts } from './rule-files.ts'

const config = `${root}deploy/alertmanager/alertmanager.yml`

test('amtool check-config accepts the example', async () => {
  const { ok, output } = await check('amtool', 'check-config', config)
  expect(ok, output).toBe(true)
})

test.each(alerts)('$alert goes to the receivers that its labels ask for', async ({ alert, labels }) => {
  const { severity, remediation } = labels
  const receivers = [
    ...(remediation === undefined ? [] : ['kvminfo-remediation']),
    severity === 'info' ? 'nobody' : 'operators',
  ]
  const labelArguments = Object.entries({ alertname: alert, instance: 'kvm1', vm: 'a', ...labels })
  const { ok, output } = await check(
    'amtool',
    'config',
    'routes',
    'test',
    `--config.file=${config}`,
    `--verify.receivers=${receivers.join(',')}`,
    ...labelArguments.map(([name, value]) => `${name}=${value}`),
  )
  expect(ok, output).toBe(true)
})

test('sends no alert of somebody else to the remediation webhook', async () => {
  const { output } = await check(
    'amtool',
    'config',
    'routes',
    'test',
    `--config.file=${config}`,
    'alertname=Other',
    'remediation=virtio-disk',
  )
  expect(output.split('\n')[0]).toBe('operators')
})
