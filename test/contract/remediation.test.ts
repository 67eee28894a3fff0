// Remediation and the alerts that call it agree: labels, thresholds, the shipped policy.
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { type ActionName, actionNames } from '../../src/model/remediation.ts'
import { actionPolicy, parsePolicy } from '../../src/policy/schema.ts'
import { actionOf } from '../../src/remediate/actions/index.ts'
import { leastCpuDemand } from '../../src/remediate/verify/window.ts'

const root = new URL('../../', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8')

interface Rule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}
const rules = globSync('alerts/*.rules.yaml', { cwd: root }).flatMap((file) =>
  (parse(text(file)) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
)

test('every remediation that an alert names is an action', () => {
  const named = new Set(rules.flatMap(({ labels }) => labels?.remediation ?? []))
  expect(named.size).toBeGreaterThan(4)
  expect([...named].filter((name) => !(actionNames as readonly string[]).includes(name))).toEqual([])
})

test.each(rules.filter(({ labels }) => labels?.remediation !== undefined))(
  'README and runbook of $alert say what kvminfo remediate does about it, and refuses what it cannot do',
  ({ alert, labels }) => {
    const action = labels!.remediation as ActionName
    const canDo = actionOf(action).names.includes(action)
    const row = text('alerts/README.md')
      .split('\n')
      .find((line) => line.startsWith(`| \`${action}\` |`))
    expect(row).toContain(`\`${alert}\``)
    const [paragraph] = /^Where \[`kvminfo remediate`\].*$/m.exec(text(`alerts/runbooks/${alert}.md`))!
    expect(paragraph).toContain(`the action \`${action}\``)
    for (const said of [row, paragraph]) expect(said!.includes('refuses')).toBe(!canDo)
  },
)

test('a window counts from the same demand for CPU on as the alert', () => {
  const rule = rules.find(({ record }) => record === 'kvminfo:cpu_active:threshold')
  expect(rule?.expr).toBe(`vector(${leastCpuDemand.toFixed(2)})`)
})

test('the shipped policy lets happen by itself what can be undone while the VM runs and risks little', () => {
  const policy = parsePolicy(text('deploy/remediation/policy.yml'), 'policy.yml')
  expect(policy.limits.at_once).toBe(1)
  const vm = { name: 'web1', uuid: undefined }
  expect(actionNames.filter((action) => actionPolicy(policy, action, vm).mode === 'auto')).toEqual([
    'sched-tier',
    'cpu-weight',
    'ksm-off',
    'ksm-pace',
    'balloon-deflate',
    'placebo',
  ])
})

test('the shipped policy knows the host by the name that the shipped Prometheus gives it', () => {
  const { scrape_configs } = parse(text('deploy/prometheus/prometheus.yml')) as {
    scrape_configs: {
      job_name: string
      static_configs: { targets: string[]; labels: { instance: string } }[]
    }[]
  }
  const { instances } = parsePolicy(text('deploy/remediation/policy.yml'), 'policy.yml')
  const named = scrape_configs.map(({ job_name, static_configs: [target] }) => [
    job_name,
    target?.targets,
    instances.includes(target!.labels.instance),
  ])
  expect(named).toEqual([
    ['kvminfo', ['127.0.0.1:9756'], true],
    ['kvminfo-remediation', ['127.0.0.1:9757'], true],
  ])
})

test('the shipped Alertmanager route calls the address that the program listens on', () => {
  const { receivers } = parse(text('deploy/alertmanager/alertmanager.yml')) as {
    receivers: { name: string; webhook_configs?: { url: string }[] }[]
  }
  const webhook = receivers.find(({ name }) => name === 'kvminfo-remediation')?.webhook_configs?.[0]
  expect(webhook?.url).toBe('http://127.0.0.1:9757/alerts')
})
