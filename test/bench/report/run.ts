// Time and memory of `kvminfo report` for a large fleet, compared with asking Prometheus the same and reading nothing.
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { RunningProcess } from '../../helpers/kvminfo-process.ts'
import { largeFleetSeries, openMetrics } from '../../helpers/report/fleet.ts'
import { type FilledPrometheus, startFilledPrometheus } from '../../helpers/report/prometheus.ts'
import type { BenchPart, Progress } from '../part.ts'
import { builtProgram } from '../servers.ts'

const hosts = 100
const vms = 50
/** The report asks for values of an hour, and `rate()` needs two samples in it. */
const sampleSeconds = 1800
const range = ['--from=2026-10-01', '--to=2026-10-31']

const limitOfTime = 3
const limitOfMb = 500

export const part: BenchPart = {
  description: `kvminfo report for ${hosts} hosts × ${vms} VMs × 30 days, compared with only asking Prometheus`,
  async run(progress) {
    const directory = mkdtempSync(join(tmpdir(), 'kvminfo-bench-'))
    let prometheus: FilledPrometheus | undefined
    try {
      const series = largeFleetSeries(hosts, vms)
      progress(`filling Prometheus with ${series.length} series, one sample in ${sampleSeconds} s`)
      const begun = performance.now()
      prometheus = await startFilledPrometheus(directory, openMetrics(series, sampleSeconds), {
        queryLog: join(directory, 'queries.log'),
      })
      const fillSeconds = (performance.now() - begun) / 1000
      const { report, asking, queries, megabytes } = await measure(directory, prometheus.url, progress)
      const row = (name: string, { seconds, cpuSeconds, mb }: Cost): string[] => [
        name,
        seconds.toFixed(1),
        (seconds / asking.seconds).toFixed(2),
        cpuSeconds.toFixed(1),
        mb.toFixed(0),
      ]
      return {
        tables: [
          {
            title: `Report on ${hosts} hosts × ${vms} VMs × 30 days`,
            columns: ['program', 'seconds', 'times asking', 'CPU seconds', 'MB at most'],
            rows: [row('kvminfo report', report), row('only asking', asking)],
            notes: [
              `Prometheus had ${series.length} series with a sample every ${sampleSeconds} s; filling it took ${fillSeconds.toFixed(0)} s.`,
              `Both made the same ${queries} requests, four at a time; only asking drops the answers. The page has ${megabytes.toFixed(1)} MB.`,
              'With a sample every 15 s Prometheus has more to read, so that both take longer and the ratio is smaller.',
            ],
          },
        ],
        targets: [
          {
            what: 'time of the report, times only asking',
            limit: limitOfTime,
            measured: report.seconds / asking.seconds,
          },
          { what: 'MB that the report needs', limit: limitOfMb, measured: report.mb },
        ],
      }
    } finally {
      await prometheus?.stop()
      rmSync(directory, { recursive: true, force: true })
    }
  },
}

/** What a process used from its start to its end. */
interface Cost {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly mb: number
}

async function measure(directory: string, url: string, progress: Progress) {
  const html = join(directory, 'report.html')
  progress('report')
  const report = await cost(
    [builtProgram(), 'report', `--prometheus=${url}`, ...range, `--output=${html}`],
    directory,
  )
  const text = readFileSync(html, 'utf8')
  for (const last of [`host-${hosts - 1}`, `vm-${vms - 1}`])
    if (!text.includes(last)) throw new Error(`the report does not have ${last}`)
  const log = join(directory, 'asked.log')
  renameSync(join(directory, 'queries.log'), log)
  const queries = readFileSync(log, 'latin1').split('\n').length - 1
  progress(`only asking: ${queries} requests`)
  const only = fileURLToPath(new URL('only-ask.ts', import.meta.url))
  const asking = await cost([process.execPath, only, url, log], directory)
  return { report, asking, queries, megabytes: text.length / 1e6 }
}

async function cost(command: [string, ...string[]], directory: string): Promise<Cost> {
  const file = join(directory, 'usage.json')
  const atExit = `process.on('exit', () => process.getBuiltinModule('node:fs').writeFileSync(process.env.USAGE_FILE, JSON.stringify(process.resourceUsage())))`
  const begun = performance.now()
  const finished = await new RunningProcess(command, {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(atExit)}`,
    USAGE_FILE: file,
  }).finished()
  const seconds = (performance.now() - begun) / 1000
  if (finished.code !== 0) throw new Error(`${command.join(' ')} failed:\n${finished.stderr}`)
  const usage = JSON.parse(readFileSync(file, 'utf8')) as NodeJS.ResourceUsage
  return {
    seconds,
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    mb: usage.maxRSS / 1000,
  }
}
