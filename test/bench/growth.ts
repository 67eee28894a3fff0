// How the cost of a scrape grows with the number of VMs, from a small host to a very large one.
import { vcpusPerVm, withHost } from './big-host.ts'
import { lineThrough } from './line.ts'
import type { BenchPart, Progress } from './part.ts'
import { startExporter } from './servers.ts'
import { type Cost, measureSideBySide } from './side-by-side.ts'

const sizes = [10, 50, 100, 500, 1000, 2000, 4000] as const
const rounds = 50
/** A host of this size must need at most so many MB, as the issue asks. */
const smallHost = { vms: 50, maxMb: 90 }

interface Size extends Cost {
  readonly vms: number
  readonly residentMb: number
}

export const part: BenchPart = {
  description: `a scrape of ${sizes[0]} to ${sizes.at(-1)!.toLocaleString('en')} VMs × ${vcpusPerVm} vCPUs: time and memory, with the slope per VM`,
  async run(progress) {
    const measured: Size[] = []
    for (const vms of sizes) measured.push(await measure(vms, progress))
    return {
      tables: [
        {
          title: `One scrape by number of VMs, ${vcpusPerVm} vCPUs each, all collectors`,
          columns: ['VMs', 'wall ms, median', 'CPU ms, mean', 'resident MB', 'series', 'CPU µs per series'],
          rows: measured.map(row),
          notes: [
            `Each row is a program of its own; MB after ${rounds} scrapes, without a pause between them.`,
            ...[
              slope('wall time', 'ms', ({ wallMs }) => wallMs),
              slope('CPU time', 'ms', ({ cpuMs }) => cpuMs),
              slope('memory', 'MB', ({ residentMb }) => residentMb),
            ].map((describe) => describe(measured)),
          ],
        },
      ],
      targets: [
        {
          what: `resident MB with ${smallHost.vms} VMs`,
          limit: smallHost.maxMb,
          measured: measured.find(({ vms }) => vms === smallHost.vms)!.residentMb,
        },
      ],
    }
  },
}

/** Without the files of threads, because with /proc/taskinfo the exporter reads none of them. */
function measure(vms: number, progress: Progress): Promise<Size> {
  return withHost({ vms, vcpus: vcpusPerVm, threads: false }, progress, async (tree) => {
    const exporter = await startExporter(tree)
    try {
      const { exporter: cost } = await measureSideBySide({ exporter }, rounds, progress)
      return { ...cost, vms, residentMb: exporter.residentBytes() / 1e6 }
    } finally {
      await exporter.stop()
    }
  })
}

function row({ vms, wallMs, cpuMs, residentMb, series }: Size): string[] {
  return [
    vms.toLocaleString('en'),
    wallMs.toFixed(1),
    cpuMs.toFixed(1),
    residentMb.toFixed(0),
    series.toLocaleString('en'),
    ((cpuMs * 1000) / series).toFixed(2),
  ]
}

/** Says what the fitted line is, per 1,000 VMs. */
const slope = (what: string, unit: string, of: (size: Size) => number) => (measured: readonly Size[]) => {
  const { start, rise } = lineThrough(measured.map((size) => [size.vms, of(size)]))
  return `${what}: ${start.toFixed(1)} ${unit} + ${(rise * 1000).toFixed(1)} ${unit} per 1,000 VMs (least squares)`
}
