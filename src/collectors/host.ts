// Collector `host`: what the host is.
import { hostInfo } from '../metrics/host.ts'
import { renderLabels } from '../metrics/labels.ts'
import type { Collector } from './collector.ts'

export const hostCollector: Collector = {
  name: 'host',
  description: 'kernel, distribution and CPU of the host',
  enabledByDefault: true,
  metrics: [hostInfo],
  collect(snapshot, sink) {
    const facts = snapshot.hostFacts().value
    if (facts === undefined) return
    sink.family(hostInfo)
    sink.sample(
      renderLabels({
        kernel: facts.kernelRelease,
        distribution: facts.distribution,
        cpu_model: facts.cpuModel,
        cpus: facts.cpus,
        sockets: facts.sockets,
        virtualization: facts.virtualization ?? '',
      }),
      1,
    )
  },
}
