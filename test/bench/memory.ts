// Resident memory of the exporter over many scrapes of a large host.
import { bigHostTitle, withBigHost } from './big-host.ts'
import type { BenchPart } from './part.ts'
import { startExporter } from './servers.ts'

const milestones = [1, 100, 1000] as const
const limitMb = 150
/** Leaves room for garbage, but a leak of 1 kB per VM and hundred scrapes would exceed it. */
const maxGrowth = 1.1

export const part: BenchPart = {
  description: `resident memory after ${milestones.join(', ')} scrapes of ${bigHostTitle}`,
  run: (progress) =>
    withBigHost(progress, async (tree) => {
      const exporter = await startExporter(tree)
      try {
        const residentMb = new Map<number, number>()
        for (let scrapes = 1; scrapes <= milestones.at(-1)!; scrapes++) {
          await exporter.scrape()
          if (milestones.some((milestone) => milestone === scrapes))
            residentMb.set(scrapes, exporter.residentBytes() / 1e6)
          if (scrapes % 100 === 0)
            progress(`${scrapes} scrapes, ${(exporter.residentBytes() / 1e6).toFixed(0)} MB`)
        }
        return {
          tables: [
            {
              title: `Resident memory of kvminfo serve, ${bigHostTitle}`,
              columns: ['after scrapes', 'MB'],
              rows: [...residentMb].map(([scrapes, mb]) => [String(scrapes), mb.toFixed(0)]),
              notes: [],
            },
          ],
          targets: [
            { what: 'MB after 1,000 scrapes', limit: limitMb, measured: residentMb.get(1000)! },
            {
              what: 'growth from 100 to 1,000 scrapes',
              limit: maxGrowth,
              measured: residentMb.get(1000)! / residentMb.get(100)!,
            },
          ],
        }
      } finally {
        await exporter.stop()
      }
    }),
}
