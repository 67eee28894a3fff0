// Remediation and the alerts that call it agree: labels, thresholds, the shipped policy.
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { actionNames } from '../../src/model/remediation.ts'
import { parsePolicy } from '../../src/policy/schema.ts'
import { leastCpuDemand } from '../../src/remediate/verify/window.ts'

const root = new URL('../../', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8')

interface Rule {
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

test('a window counts from the same demand for CPU on as the alert', () => {
  const rule = rules.find(({ record }) => record === 'kvminfo:cpu_active:threshold')
  expect(rule?.expr).toBe(`vector(${leastCpuDemand.toFixed(2)})`)
})

test('the shipped policy is valid', () => {
  const policy = parsePolicy(text('deploy/remediation/policy.yml'), 'policy.yml')
  expect(policy).toMatchObject({ mode: 'propose', limits: { at_once: 1 } })
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
