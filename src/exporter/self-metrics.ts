// Metrics that are kept between scrapes, in a registry of prom-client: its process metrics and our counter of problems.
// They are written through the same sink as all others, because a registry has only one content type and prom-client 15
// renames its counters permanently when asked for OpenMetrics.
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
      // prom-client's types say that this is a number, but it returns the word, as its documentation says.
      const isCounter = String(type) === 'counter'
      sink.family(isCounter ? counter(name, help) : gauge(name, help))
      for (const { labels, value } of values) sink.sample(renderLabels(definedOnly(labels)), value)
    }
  }
}

/** Leaves out `nodejs_*`, which are histograms of the garbage collector and gauges that end in `_total`. */
function addProcessMetrics(registry: Registry): void {
  // The event loop monitor would wake the process every 10 ms, and its results are left out anyway.
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
