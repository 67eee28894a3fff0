// Debian's Prometheus evaluates the rules and the queries of the runbooks on what the real program serves. An expression
// that promtool accepts may still select series or labels that the exporter does not serve.
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kvminfoText } from '../helpers/fixture-tree/modules.ts'
import { type FixtureTree, writeFixtureTree } from '../helpers/fixture-tree.ts'
import { eventually, type RunningProcess, startServe } from '../helpers/kvminfo-process.ts'
import { root } from './checkers.ts'
import { type ListeningProcess, startListening } from './listening-process.ts'
import { alerts, recordingRules, ruleFiles, tiersExample } from './rule-files.ts'
import { codeBlocks, runbook } from './runbook.ts'

const directory = mkdtempSync(join(tmpdir(), 'kvminfo-served-'))
let tree: FixtureTree
let serve: RunningProcess
let prometheus: ListeningProcess
let growing: NodeJS.Timeout

beforeAll(async () => {
  tree = writeFixtureTree(join(directory, 'host'), { vms: 3, vcpus: 2 })
  const started = await startServe([
    `--path.procfs=${tree.paths.procfs}`,
    `--path.sysfs=${tree.paths.sysfs}`,
    `--path.rundir=${tree.paths.rundir}`,
  ])
  serve = started.serve
  prometheus = await startPrometheus(new URL(started.urls[0]!).host)
  const beginMs = Date.now()
  growing = setInterval(() => switchesUntil((Date.now() - beginMs) / 1000), 500)
}, 60_000)

afterAll(async () => {
  clearInterval(growing)
  await prometheus?.stop()
  await serve?.stop()
  rmSync(directory, { recursive: true })
})

/** The example of deploy/prometheus with shorter intervals, and our rules where its README puts them. */
async function startPrometheus(target: string): Promise<ListeningProcess> {
  const rules = join(directory, 'kvminfo')
  mkdirSync(rules)
  for (const file of ruleFiles) copyFileSync(file, join(rules, basename(file)))
  copyFileSync(tiersExample, join(rules, basename(tiersExample, '.example')))
  const config = readFileSync(`${root}deploy/prometheus/prometheus.yml`, 'utf8')
    .replace('127.0.0.1:9756', target)
    .replace('scrape_interval: 15s', 'scrape_interval: 1s')
    .replace('evaluation_interval: 30s', 'evaluation_interval: 1s')
  writeFileSync(join(directory, 'prometheus.yml'), config)
  return startListening([
    'prometheus',
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
  ])
}

/** Writes the counts of VMs that make 1000 kernel exits and 3000 userspace exits a second, after `seconds`. */
function switchesUntil(seconds: number): void {
  const vms = tree.vms.map((vm) => ({
    ...vm,
    kernelSwitches: vm.kernelSwitches + Math.round(1000 * seconds),
    userspaceSwitches: vm.userspaceSwitches + Math.round(3000 * seconds),
  }))
  const file = join(tree.paths.procfs, 'kvminfo')
  writeFileSync(`${file}.next`, kvminfoText(vms))
  renameSync(`${file}.next`, file)
}

interface Rule {
  readonly name: string
  readonly health: string
  readonly lastError?: string
}

async function ask<Data>(path: string): Promise<Data> {
  const response = await fetch(prometheus.url + path)
  const { data, error } = (await response.json()) as { data: Data; error?: string }
  if (error !== undefined) throw new Error(`Prometheus on ${path}: ${error}`)
  return data
}

type Sample = { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }

async function query(expr: string): Promise<readonly Sample[]> {
  const { result } = await ask<{ result: Sample[] }>(`/api/v1/query?query=${encodeURIComponent(expr)}`)
  return result
}

test('every VM gets the class that fits its exits', async () => {
  const classes = await eventually('all VMs have a class', async () => {
    const found = await query('vm:kvminfo_class:info')
    return found.length === tree.vms.length ? found : undefined
  })
  expect(
    classes.map(({ metric }) => ({ vm: metric.vm, class: metric.class, instance: metric.instance })),
  ).toEqual(tree.vms.map(({ name }) => ({ vm: name, class: 'emulated-io', instance: 'kvm1' })))
  const [ratio] = await query('avg(vm:kvminfo_root_mode_switch:ratio_rate5m)')
  expect(Number(ratio!.value[1])).toBeCloseTo(0.25, 2)
})

test('no rule fails', async () => {
  const rules = await eventually('every rule was evaluated', async () => {
    const { groups } = await ask<{ groups: { rules: Rule[] }[] }>('/api/v1/rules')
    const all = groups.flatMap((group) => group.rules)
    return all.every(({ health }) => health !== 'unknown') ? all : undefined
  })
  expect(rules).toHaveLength(alerts.length + recordingRules.length)
  expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])
})

test.each(alerts)('Prometheus answers the queries in the runbook of $alert', async ({ alert }) => {
  for (const expr of codeBlocks(runbook(alert), 'promql')) {
    const here = expr.replaceAll(/vm="\w+"/g, `vm="${tree.vms[0]!.name}"`)
    expect(Array.isArray(await query(here)), expr).toBe(true)
  }
})
