// What promtool and a real Prometheus say about our metrics.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { catalog } from '../../src/metrics/catalog.ts'
import { type FixtureTree, writeFixtureTree } from '../helpers/fixture-tree.ts'
import { ask } from '../helpers/http-request.ts'
import { eventually, RunningProcess, startServe } from '../helpers/kvminfo-process.ts'
import { scratchDirectory } from '../helpers/scratch.ts'

/** A name that tries to end its label, its line and its metric family. */
const hostileName = 'a"} 1\n# TYPE x{\\'
/** Control characters are replaced before they reach a label. */
const hostileLabel = 'a"} 1\ufffd# TYPE x{\\'

function hostWithHostileName(): FixtureTree {
  const tree = writeFixtureTree(scratchDirectory(), { vms: 2, vcpus: 2 })
  const { name, pid } = tree.vms[0]!
  // Without this, the exporter would take libvirt's name, which cannot contain a newline.
  rmSync(join(tree.paths.rundir, 'libvirt/qemu', `${name}.xml`))
  const path = join(tree.paths.procfs, String(pid), 'cmdline')
  const commandLine = readFileSync(path, 'utf8')
  expect(commandLine).toContain(`guest=${name}`)
  writeFileSync(path, commandLine.replace(`guest=${name}`, `guest=${hostileName}`))
  return tree
}

async function serveTree({ paths }: FixtureTree): Promise<string> {
  const flags = Object.entries(paths).map(([name, path]) => `--path.${name}=${path}`)
  const { serve, urls } = await startServe([...flags, '--collector.vcpu_exits'])
  onTestFinished(() => serve.stop().then(() => {}))
  return new URL('/metrics', urls[0]).href
}

describe('promtool check metrics', () => {
  test.each([[[]], [['--extended']]])('has no complaints with flags %s', async (flags) => {
    const url = await serveTree(hostWithHostileName())
    const body = await eventually('both VMs are identified', async () => {
      const answer = await ask(url)
      return answer.body.includes(`vm="a\\"} 1\ufffd# TYPE x{\\\\"`) ? answer.body : undefined
    })
    const check = spawnSync('promtool', ['check', 'metrics', ...flags], { input: body, encoding: 'utf8' })
    expect(check.error).toBeUndefined()
    expect(check.stderr).toBe('')
    expect(check.status).toBe(0)
  })
})

interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [number, string]
}

async function startPrometheus(target: string): Promise<(path: string) => Promise<unknown>> {
  const directory = scratchDirectory()
  const config = join(directory, 'prometheus.yaml')
  writeFileSync(
    config,
    `global: {scrape_interval: 1s}\nscrape_configs: [{job_name: kvminfo, static_configs: [{targets: ['${new URL(target).host}']}]}]\n`,
  )
  const prometheus = new RunningProcess([
    'prometheus',
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
  ])
  onTestFinished(() => prometheus.stop().then(() => {}))
  const [line] = await prometheus.logged('msg="Listening on"')
  const address = /address=(\S+)/.exec(line!)![1]
  return async (path) => {
    const { status, body } = await ask(`http://${address}/api/v1/${path}`)
    return status === 200 ? JSON.parse(body).data : undefined
  }
}

describe('a real Prometheus', () => {
  test('scrapes OpenMetrics and stores every series, including hostile names', async () => {
    const tree = hostWithHostileName()
    const url = await serveTree(tree)
    const api = await startPrometheus(url)
    const query = async (promql: string): Promise<Sample[]> => {
      const data = (await api(`query?query=${encodeURIComponent(promql)}`)) as
        | { result: Sample[] }
        | undefined
      return data?.result ?? []
    }

    await eventually(
      'a scrape of both VMs and of what the doctor found, which comes later',
      async () =>
        ((await query('kvminfo_vm_info')).length === 2 &&
          (await query('kvminfo_doctor_finding_info')).length > 0) ||
        undefined,
    )

    const exits = await query('kvminfo_vm_io_exits_total')
    expect(exits.map(({ metric, value }) => [metric.vm, value[1]]).sort()).toEqual(
      [
        [hostileLabel, '1000000'],
        [tree.vms[1]!.name, '1000017'],
      ].sort(),
    )

    const metadata = (await api('metadata')) as Record<string, { type: string; unit: string; help: string }[]>
    // Only OpenMetrics has units, so this shows that Prometheus chose that format.
    expect(metadata.kvminfo_vm_kernel_seconds).toMatchObject([{ type: 'counter', unit: 'seconds' }])
    expect(metadata.kvminfo_vm).toMatchObject([{ type: 'info' }])
    expect(metadata.process_cpu_seconds).toMatchObject([{ type: 'counter', unit: 'seconds' }])

    const scraped = await query('scrape_samples_scraped')
    const own = (await ask(url)).body.match(/^[^#\n]/gm)!.length
    expect(scraped[0]!.value[1]).toBe(String(own))

    const names = new Set((await api('label/__name__/values')) as string[])
    const absent = catalog.map(({ name }) => name).filter((name) => !names.has(name))
    expect(absent).toEqual([
      'kvminfo_vcpu_realtime_priority',
      'kvminfo_vm_owner_info',
      'kvminfo_vm_host_device_info',
      'kvminfo_exporter_vm_problems_total',
    ])
  })
})
