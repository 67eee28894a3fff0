// The Alertmanager example: accepted, and routes every alert where it belongs.
import { expect, test } from 'vitest'
import { check, root } from './checkers.ts'
import { alerts } from './rule-files.ts'

const config = `${root}deploy/alertmanager/alertmanager.yml`

test('amtool check-config accepts it', async () => {
  const { ok, output } = await check('amtool', 'check-config', config)
  expect(ok, output).toBe(true)
})

test.each(alerts)('$alert goes where its labels say', async ({ alert, labels }) => {
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

test('an alert that is not ours is not sent to the remediation', async () => {
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
