// What a scrape costs, compared with the bare cost of its input and output.
import { bigHostTitle, withBigHost } from './big-host.ts'
import type { BenchPart } from './part.ts'
import { startExporter, startFloor } from './servers.ts'
import { type Cost, measureSideBySide } from './side-by-side.ts'

const rounds = 100
/** The product's promise; the issue and the README state the same number. */
const maxRatio = 3

export const part: BenchPart = {
  description: `a scrape of ${bigHostTitle} over HTTP, compared with reading the same files and sending as many bytes`,
  run: (progress) =>
    withBigHost(progress, async (tree) => {
      const exporter = await startExporter(tree)
      try {
        const floor = await startFloor(tree, (await exporter.scrape()).bytes)
        try {
          const costs = await measureSideBySide({ exporter, floor }, rounds, progress)
          return {
            tables: [
              {
                title: `One scrape of ${bigHostTitle}, all collectors`,
                columns: ['', 'wall ms, median', 'ratio', 'CPU ms, mean', 'ratio', 'MB', 'series'],
                rows: [
                  row('kvminfo serve', costs.exporter, costs.floor),
                  row('floor', costs.floor, costs.floor),
                ],
                notes: [
                  `floor: Node reads the same files one by one and answers with as many bytes. ${rounds} rounds, in turns.`,
                  'CPU time includes all threads, because V8 collects garbage and compiles in threads of its own.',
                ],
              },
            ],
            targets: [
              {
                what: 'wall time of a scrape over the floor',
                limit: maxRatio,
                measured: costs.exporter.wallMs / costs.floor.wallMs,
              },
              {
                what: 'CPU time of a scrape over the floor',
                limit: maxRatio,
                measured: costs.exporter.cpuMs / costs.floor.cpuMs,
              },
            ],
          }
        } finally {
          await floor.stop()
        }
      } finally {
        await exporter.stop()
      }
    }),
}

function row(name: string, cost: Cost, floor: Cost): string[] {
  return [
    name,
    cost.wallMs.toFixed(1),
    (cost.wallMs / floor.wallMs).toFixed(2),
    cost.cpuMs.toFixed(1),
    (cost.cpuMs / floor.cpuMs).toFixed(2),
    (cost.bytes / 1e6).toFixed(2),
    cost.series.toLocaleString('en'),
  ]
}
