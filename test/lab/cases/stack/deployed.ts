// Prometheus and Alertmanager with the configuration in deploy/, installed as its READMEs say, but with shorter waits
// and a lower floor.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { remediationFile, settingsFile, withLowFloor, withoutHostCpuAlert } from './low-floor.ts'
import { quickened } from './pace.ts'
import { type Prometheus, startPrometheus } from './prometheus.ts'
import { type Service, startService } from './service.ts'

const installed = '/etc/prometheus'
const rules = `${installed}/kvminfo`

/** The shortest interval in which an emulated CPU that busy guests share certainly completes a scrape. */
const shortestInterval = '5s'

/**
 * `host` is the address to listen on: 127.0.0.1, or 0.0.0.0 to be reachable from outside the lab. Without
 * `hasRemediation`, the job and the rules of `kvminfo remediate` are left out, as deploy/prometheus/README.md says.
 * `topics` are the files of alerts/ to load, such as `vm`; all if not given.
 */
export async function startDeployedPrometheus(
  host: string,
  {
    hasHostCpuAlert = true,
    hasRemediation = true,
    interval = shortestInterval,
    topics,
  }: {
    readonly hasHostCpuAlert?: boolean
    readonly hasRemediation?: boolean
    readonly interval?: string
    readonly topics?: readonly string[]
  } = {},
): Promise<Prometheus> {
  const settings = (text: string): string =>
    hasHostCpuAlert ? withLowFloor(text) : withoutHostCpuAlert(withLowFloor(text))
  mkdirSync(rules, { recursive: true })
  const names = readdirSync('/project/alerts').filter(
    (name) =>
      name.endsWith('.rules.yaml') &&
      (topics === undefined || topics.includes(name.replace('.rules.yaml', ''))),
  )
  for (const name of names.filter((name) => hasRemediation || name !== remediationFile)) {
    const text = readFileSync(`/project/alerts/${name}`, 'utf8')
    writeFileSync(`${rules}/${name}`, quickened(name === settingsFile ? settings(text) : text))
  }
  const shipped = parse(readFileSync('/project/deploy/prometheus/prometheus.yml', 'utf8')) as {
    rule_files: string[]
    scrape_configs: { job_name: string }[]
  }
  const configuration = {
    ...shipped,
    global: { scrape_interval: interval, evaluation_interval: interval },
    scrape_configs: shipped.scrape_configs.filter(
      ({ job_name }) => hasRemediation || job_name !== 'kvminfo-remediation',
    ),
    // Relative paths in the shipped file, which a case keeps in another directory.
    rule_files: shipped.rule_files.map((files) => `${installed}/${files}`),
  }
  return startPrometheus(configuration, host)
}

/** `token` is the bearer token that Alertmanager sends to the webhook. */
export function startDeployedAlertmanager(host: string, token: string): Promise<Service> {
  const example = readFileSync('/project/deploy/alertmanager/alertmanager.yml', 'utf8')
  writeFileSync(`${installed}/alertmanager.yml`, quickened(example))
  writeFileSync(`${installed}/kvminfo-remediation.token`, `${token}\n`)
  return startService(
    [
      'prometheus-alertmanager',
      `--config.file=${installed}/alertmanager.yml`,
      '--storage.path=/tmp/alertmanager',
      `--web.listen-address=${host}:9093`,
      '--cluster.listen-address=',
    ],
    'http://127.0.0.1:9093',
    '/-/ready',
  )
}
