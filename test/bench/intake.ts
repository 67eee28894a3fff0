// Durable alerts a second of the journal of remediation, compared with a loop that only inserts, and the memory it takes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { IntakeFigures } from './intake-process.ts'
import type { BenchPart } from './part.ts'

const script = fileURLToPath(new URL('intake-process.ts', import.meta.url))
/** Leaves room for garbage, but a leak of 200 bytes per alert would exceed it. */
const maxGrowthMb = 20
/** A request with one alert costs one commit in both, so the commit decides. */
const maxRatioOfOne = 2.5

export const part: BenchPart = {
  description:
    'durable alerts a second in the journal, compared with a bare insert loop; memory after 100,000 alerts',
  async run(progress) {
    const directory = mkdtempSync(join(tmpdir(), 'kvminfo-bench-'))
    try {
      const { cases, residentMb } = await measure(directory, progress)
      return {
        tables: [
          {
            title: 'Alerts that are on the disk, per second',
            columns: ['alerts per request', 'journal', 'bare inserts', 'ratio of time'],
            rows: cases.map(({ perRequest, journal, bare }) => [
              String(perRequest),
              Math.round(journal).toLocaleString('en'),
              Math.round(bare).toLocaleString('en'),
              (bare / journal).toFixed(2),
            ]),
            notes: [
              'Both commit once per request, with a write-ahead log and synchronous = FULL, in turns on the same disk.',
              'The bare loop inserts the same alerts into one table without an index. The journal also finds or opens',
              'the run of each alert (1,000 VMs) and appends to the chain of events.',
            ],
          },
          {
            title: 'Resident memory of the process that receives',
            columns: ['after alerts', 'MB'],
            rows: residentMb.map(([alerts, mb]) => [alerts.toLocaleString('en'), mb.toFixed(0)]),
            notes: [],
          },
        ],
        targets: [
          {
            what: 'time for a request with one alert over a bare insert',
            limit: maxRatioOfOne,
            measured: cases[0]!.bare / cases[0]!.journal,
          },
          {
            what: 'MB more after the last alert than after the first 10,000',
            limit: maxGrowthMb,
            measured: residentMb.at(-1)![1] - residentMb[0]![1],
          },
        ],
      }
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  },
}

/** In a process of its own, so that its memory is that of the journal. */
async function measure(directory: string, progress: (line: string) => void): Promise<IntakeFigures> {
  // With the memory limits of `npm start`.
  const child = spawn(
    process.execPath,
    [
      '--max-semi-space-size=2',
      '--heap-growing-percent=30',
      '--no-concurrent-recompilation',
      '--optimize-for-size',
      script,
      directory,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072' },
    },
  )
  try {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
      for (const line of part.split('\n')) if (line.startsWith('# ')) progress(line.slice(2))
    })
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`${script} ended with code ${code}`)
    return JSON.parse(text.trim().split('\n').at(-1)!)
  } finally {
    child.kill('SIGKILL')
  }
}
