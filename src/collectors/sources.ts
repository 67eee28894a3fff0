// Collector `sources`: which source each fact is read from, and why other sources are not available.
import { sourceActive, sourceUnavailable } from '../metrics/exporter.ts'
import { renderLabels } from '../metrics/labels.ts'
import type { Collector } from './collector.ts'

export const sourcesCollector: Collector = {
  name: 'sources',
  description: 'the source that each fact is read from, and why other sources are not available',
  enabledByDefault: true,
  metrics: [sourceActive, sourceUnavailable],
  collect(snapshot, sink) {
    const states = snapshot.sources().value
    sink.family(sourceActive)
    for (const { fact, source, state } of states) {
      sink.sample(renderLabels({ fact, source }), state === 'in-use' ? 1 : 0)
    }
    sink.family(sourceUnavailable)
    for (const { fact, source, code } of states) {
      if (code !== undefined) sink.sample(renderLabels({ fact, source, code }), 1)
    }
  },
}
