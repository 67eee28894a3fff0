// The shipped Alertmanager route, token and policy work together: a real Alertmanager sends an alert, and the real program
// takes it.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { eventually, kvminfoCommand, RunningProcess } from '../helpers/kvminfo-process.ts'
import { scratchDirectory } from '../helpers/scratch.ts'
import { startAlertmanager } from './alertmanager-process.ts'
import { root } from './checkers.ts'

const read = (path: string): string => readFileSync(`${root}deploy/${path}`, 'utf8')

test('an alert of the shipped host reaches kvminfo remediate, and only with the label remediation', async () => {
  const directory = scratchDirectory()
  const token = join(directory, 'token')
  writeFileSync(token, 'a-token-that-both-sides-have-0123\n')
  chmodSync(token, 0o640)
  mkdirSync(join(directory, 'run'))
  writeFileSync(
    join(directory, 'policy.yml'),
    read('remediation/policy.yml').replace('/etc/kvminfo-remediate/alertmanager.token', token),
  )
  const program = new RunningProcess(
    kvminfoCommand(
      'remediate',
      `--policy.file=${join(directory, 'policy.yml')}`,
      `--state.directory=${join(directory, 'state')}`,
      `--path.rundir=${join(directory, 'run')}`,
      '--web.listen-address=127.0.0.1:0',
      '--log.level=debug',
    ),
  )
  onTestFinished(async () => void (await program.stop()))
  const [line] = await program.logged('msg=listening url=')
  const url = /url=(\S+)/.exec(line!)![1]!
  const config = join(directory, 'alertmanager.yml')
  writeFileSync(
    config,
    read('alertmanager/alertmanager.yml')
      .replace('127.0.0.1:9757', new URL(url).host)
      .replace('/etc/prometheus/kvminfo-remediation.token', token)
      .replace('group_wait: 30s', 'group_wait: 100ms'),
  )
  const alertmanager = await startAlertmanager(config)
  onTestFinished(() => alertmanager.stop())
  const labels = { job: 'kvminfo', instance: 'kvm1', vm: 'web1' }
  await alertmanager.send([
    { ...labels, alertname: 'KvmVmCpuStarved', remediation: 'sched-tier' },
    { ...labels, alertname: 'KvmVmTierAmbiguous' },
  ])
  const metrics = await eventually('the alert is counted', async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    return text.includes('\nkvminfo_remediation_alerts_total 0\n') ? undefined : text
  })
  expect(metrics).toContain('\nkvminfo_remediation_alerts_total 1\n')
  expect(metrics).toContain('\nkvminfo_remediation_webhook_refused_total 0\n')
  // It is about this host, and asks for something; only this VM does not exist here.
  await program.logged('an alert asks for nothing" reason="no VM with this name runs on this host"')
})
