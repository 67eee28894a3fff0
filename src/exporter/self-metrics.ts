// The metrics that live between scrapes, in a registry of prom-client: its process metrics and our counter of
// problems. Written through the same sink as all others, as a registry knows one content type only and
// prom-client 15 renames its counters for good when asked for OpenMetrics.
import { Counter, collectDefaultMetrics, Registry } from 'prom-client'
import { vmProblems } from '../metrics/exporter.ts'
import { renderLabels } from '../metrics/labels.ts'
import { counter, gauge } from '../metrics/metric.ts'
import type { SampleSink } from '../metrics/sample-sink.ts'

export class SelfMetrics {
  readonly #registry = new Registry()
  readonly #vmProblems = new Counter({
    name: vmProblems.name,
    help: vmProblems.help,
    labelNames: [...vmProblems.labels],
    registers: [this.#registry],
  })

  constructor(options: { readonly hasProcessMetrics: boolean }) {
    if (options.hasProcessMetrics) addProcessMetrics(this.#registry)
  }

  countVmProblem(collector: string, code: string): void {
    this.#vmProblems.inc({ collector, code })
  }

  async write(sink: SampleSink): Promise<void> {
    for (const { name, help, type, values } of await this.#registry.getMetricsAsJSON()) {
      // prom-client's types say a number; what it returns, and its documentation says, is the word.
      const isCounter = String(type) === 'counter'
      sink.family(isCounter ? counter(name, help) : gauge(name, help))
      for (const { labels, value } of values) sink.sample(renderLabels(definedOnly(labels)), value)
    }
  }
}

/** Leaves out the `nodejs_*` ones: histograms of the garbage collector and gauges that end in `_total`. */
function addProcessMetrics(registry: Registry): void {
  // The event loop monitor, whose results are left out too, would wake the process every 10 ms.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 3_600_000 })
  for (const { name } of registry.getMetricsAsArray()) {
    if (!name.startsWith('process_')) registry.removeSingleMetric(name)
  }
}

function definedOnly(labels: Partial<Record<string, string | number>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
