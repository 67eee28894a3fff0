// Collector `sources`: which interface each fact is read from.
import { sourceActive } from '../metrics/exporter.ts'
import { renderLabels } from '../metrics/labels.ts'
import type { Collector } from './collector.ts'

export const sourcesCollector: Collector = {
  name: 'sources',
  description: 'which of its sources each fact is read from',
  enabledByDefault: true,
  metrics: [sourceActive],
  collect(snapshot, sink) {
    sink.family(sourceActive)
    for (const { fact, source, state } of snapshot.sources().value) {
      sink.sample(renderLabels({ fact, source }), state === 'in-use' ? 1 : 0)
    }
  },
}
