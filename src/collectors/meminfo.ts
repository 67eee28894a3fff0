// Collector `meminfo`: the host's memory.
import { meminfoMetrics } from '../metrics/host-memory.ts'
import { noLabels } from '../metrics/labels.ts'
import type { Collector } from './collector.ts'

export const meminfoCollector: Collector = {
  name: 'meminfo',
  description: 'memory and swap of the host',
  enabledByDefault: true,
  metrics: meminfoMetrics.map(({ metric }) => metric),
  collect(snapshot, sink) {
    const memory = snapshot.memory().value
    for (const { field, metric } of meminfoMetrics) {
      const bytes = memory.get(field)
      if (bytes === undefined) continue
      sink.family(metric)
      sink.sample(noLabels, bytes)
    }
  },
}
