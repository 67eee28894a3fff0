// Collector `hugepages`: the host's pools of huge pages.
import { hugepageFreeBytes, hugepagePoolBytes, hugepageSurplusBytes } from '../metrics/hugepages.ts'
import { type LabelBytes, renderLabels } from '../metrics/labels.ts'
import type { HugePagePool } from '../model/host.ts'
import type { Collector } from './collector.ts'

/** The page size as the kernel spells it in `/sys/kernel/mm/hugepages/hugepages-2048kB`. */
function poolLabels(pool: HugePagePool): LabelBytes {
  return renderLabels({ node: pool.node, page_size: `${pool.pageBytes / 1024}kB` })
}

export const hugepagesCollector: Collector = {
  name: 'hugepages',
  description: 'pools of huge pages of the host by NUMA node and page size',
  enabledByDefault: true,
  metrics: [hugepagePoolBytes, hugepageFreeBytes, hugepageSurplusBytes],
  collect(snapshot, sink) {
    const pools = snapshot.hugePages().value
    sink.family(hugepagePoolBytes)
    for (const pool of pools) sink.sample(poolLabels(pool), pool.total * pool.pageBytes)
    sink.family(hugepageFreeBytes)
    for (const pool of pools) sink.sample(poolLabels(pool), pool.free * pool.pageBytes)
    sink.family(hugepageSurplusBytes)
    for (const pool of pools) sink.sample(poolLabels(pool), pool.surplus * pool.pageBytes)
  },
}
