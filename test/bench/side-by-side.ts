// Measures several servers in turns, so that other load on the machine affects all of them alike.
import type { Progress } from './part.ts'
import type { ScrapedServer } from './scraped-server.ts'

export interface Cost {
  /** Median over the scrapes. */
  readonly wallMs: number
  /** Mean over the scrapes, in user and system mode. */
  readonly cpuMs: number
  readonly bytes: number
  /** The number of samples in the answer. */
  readonly series: number
}

export async function measureSideBySide<Name extends string>(
  servers: Readonly<Record<Name, ScrapedServer>>,
  rounds: number,
  progress: Progress,
): Promise<Record<Name, Cost>> {
  const entries = Object.entries(servers) as [Name, ScrapedServer][]
  const warmUpRounds = 2
  for (let round = 0; round < warmUpRounds; round++) for (const [, server] of entries) await server.scrape()

  const times = new Map<Name, number[]>(entries.map(([name]) => [name, []]))
  const cpuBefore = new Map(entries.map(([name, server]) => [name, server.cpuMs()]))
  for (let round = 0; round < rounds; round++) {
    if (round % 20 === 0)
      progress(`scraping ${entries.map(([name]) => name).join(', ')}: ${round} of ${rounds}`)
    for (const [name, server] of entries) times.get(name)!.push((await server.scrape()).ms)
  }
  const cpuAfter = new Map(entries.map(([name, server]) => [name, server.cpuMs()]))

  const costs = {} as Record<Name, Cost>
  for (const [name, server] of entries) {
    const { body, bytes } = await server.scrape()
    costs[name] = {
      wallMs: median(times.get(name)!),
      cpuMs: (cpuAfter.get(name)! - cpuBefore.get(name)!) / rounds,
      bytes,
      series: body.match(/^[^#\n]/gm)?.length ?? 0,
    }
  }
  return costs
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
