// The host as the page shows it, and the sources of the data.
import type { HugePagePool } from '../model/host.ts'
import type { SourceState } from '../model/sources.ts'
import type { HostHistory } from '../observe/host-history.ts'
import type { Sample } from '../observe/sample.ts'
import { shareFigure } from './figure.ts'
import type { LiveHost, LiveSource } from './live-document.ts'

export function describeHost(history: HostHistory, sample: Sample): LiveHost {
  const { facts, memory, hugePages = [], ksm } = sample
  const { cpuBusy, runDelay } = history.figures()
  return {
    kernelRelease: facts?.kernelRelease ?? null,
    distribution: facts?.distribution ?? null,
    cpuModel: facts?.cpuModel ?? null,
    cpus: sample.cpuTime?.length ?? facts?.cpus ?? null,
    cpuBusy: shareFigure(cpuBusy),
    runDelay: shareFigure(runDelay),
    memory: {
      totalBytes: memory?.get('MemTotal') ?? null,
      availableBytes: memory?.get('MemAvailable') ?? null,
      swapTotalBytes: memory?.get('SwapTotal') ?? null,
      swapFreeBytes: memory?.get('SwapFree') ?? null,
    },
    hugePages: sumPools(hugePages),
    ksm: {
      run: ksm?.get('run') ?? null,
      pagesShared: ksm?.get('pages_shared') ?? null,
      pagesSharing: ksm?.get('pages_sharing') ?? null,
    },
  }
}

function sumPools(pools: readonly HugePagePool[]): LiveHost['hugePages'] {
  return [...Map.groupBy(pools, ({ pageBytes }) => pageBytes)]
    .map(([pageBytes, nodes]) => ({
      pageBytes,
      totalBytes: nodes.reduce((sum, { total }) => sum + total * pageBytes, 0),
      freeBytes: nodes.reduce((sum, { free }) => sum + free * pageBytes, 0),
    }))
    .sort((a, b) => a.pageBytes - b.pageBytes)
}

export function describeSources(sources: readonly SourceState[]): LiveSource[] {
  return sources.map(({ fact, source, state, reason, remedy }, index) => {
    const hasBetter = sources.slice(0, index).some((other) => other.fact === fact && other.state === 'in-use')
    return { fact, source, state, reason: reason ?? null, remedy: hasBetter ? null : (remedy ?? null) }
  })
}
