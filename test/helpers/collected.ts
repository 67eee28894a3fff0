// The output of a collector for a snapshot, as lines `name{labels} value` in the order in which it wrote them.
import type { Collector } from '../../src/collectors/collector.ts'
import type { Metric } from '../../src/metrics/metric.ts'
import type { SampleSink } from '../../src/metrics/sample-sink.ts'
import type { HostSnapshot } from '../../src/model/host-snapshot.ts'

export function collected(collector: Collector, snapshot: HostSnapshot): string[] {
  const lines: string[] = []
  let family: Metric | undefined
  const sink: SampleSink = {
    family(metric) {
      family = metric
    },
    sample(labels, value) {
      if (!collector.metrics.includes(family!))
        throw new Error(`the collector does not declare ${family!.name}`)
      lines.push(`${family!.name}${Buffer.from(labels).toString()} ${value}`)
    },
  }
  collector.collect(snapshot, sink)
  return lines
}
