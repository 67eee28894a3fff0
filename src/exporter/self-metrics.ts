// What the exporter says about itself: our counter of problems, and the process metrics of prom-client. They are written
// through the same sink as all others, because a registry has only one content type and prom-client 15 renames its
// counters permanently when asked for OpenMetrics.

// Not from 'prom-client' itself, which loads 3 MB of other metrics, and not collectDefaultMetrics, which also observes
// every run of the garbage collector and the event loop. prom-client's version is fixed in package.json.
import addMemory from 'prom-client/lib/metrics/osMemoryHeap.js'
import addCpuTime from 'prom-client/lib/metrics/processCpuTotal.js'
import addMaxFileDescriptors from 'prom-client/lib/metrics/processMaxFileDescriptors.js'
import addOpenFileDescriptors from 'prom-client/lib/metrics/processOpenFileDescriptors.js'
import addStartTime from 'prom-client/lib/metrics/processStartTime.js'
import Registry from 'prom-client/lib/registry.js'
import { vmProblems } from '../metrics/exporter.ts'
import { renderLabels } from '../metrics/labels.ts'
import { counter, gauge } from '../metrics/metric.ts'
import type { SampleSink } from '../metrics/sample-sink.ts'

const processMetrics = [addCpuTime, addStartTime, addMemory, addOpenFileDescriptors, addMaxFileDescriptors]

interface Count {
  readonly labels: { readonly collector: string; readonly code: string }
  value: number
}

export class SelfMetrics {
  readonly #registry = new Registry()
  readonly #vmProblems = new Map<string, Count>()

  constructor(options: { readonly hasProcessMetrics: boolean }) {
    if (options.hasProcessMetrics) for (const add of processMetrics) add(this.#registry)
  }

  countVmProblem(collector: string, code: string): void {
    const key = `${collector} ${code}`
    const count = this.#vmProblems.get(key) ?? { labels: { collector, code }, value: 0 }
    count.value++
    this.#vmProblems.set(key, count)
  }

  async write(sink: SampleSink): Promise<void> {
    sink.family(vmProblems)
    for (const { labels, value } of this.#vmProblems.values()) sink.sample(renderLabels(labels), value)
    for (const { name, help, type, values } of await this.#registry.getMetricsAsJSON()) {
      // prom-client's types say that this is a number, but it returns the word, as its documentation says.
      const isCounter = String(type) === 'counter'
      sink.family(isCounter ? counter(name, help) : gauge(name, help))
      for (const { labels, value } of values) sink.sample(renderLabels(definedOnly(labels)), value)
    }
  }
}

function definedOnly(labels: Partial<Record<string, string | number>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
