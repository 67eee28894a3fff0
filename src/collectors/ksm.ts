// Collector `ksm`: kernel samepage merging of the host.
import { ksmMetrics } from '../metrics/ksm.ts'
import { noLabels } from '../metrics/labels.ts'
import type { Collector } from './collector.ts'

export const ksmCollector: Collector = {
  name: 'ksm',
  description: 'kernel samepage merging of the host',
  enabledByDefault: true,
  metrics: ksmMetrics.map(({ metric }) => metric),
  collect(snapshot, sink) {
    const state = snapshot.ksm().value
    for (const { file, metric, perUnit } of ksmMetrics) {
      const value = state.get(file)
      if (value === undefined) continue
      sink.family(metric)
      sink.sample(noLabels, value / perUnit)
    }
  },
}
