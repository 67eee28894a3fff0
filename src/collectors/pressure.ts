// Collector `pressure`: how long tasks of the host waited for CPU, memory and I/O.
import { renderLabels } from '../metrics/labels.ts'
import { pressureFullSeconds, pressureSomeSeconds } from '../metrics/pressure.ts'
import { secondsFromUs } from '../model/time.ts'
import type { Collector } from './collector.ts'

export const pressureCollector: Collector = {
  name: 'pressure',
  description: 'pressure stall information of the host',
  enabledByDefault: true,
  metrics: [pressureSomeSeconds, pressureFullSeconds],
  collect(snapshot, sink) {
    const pressures = snapshot.pressure().value
    sink.family(pressureSomeSeconds)
    for (const { resource, someUs } of pressures) {
      sink.sample(renderLabels({ resource }), secondsFromUs(someUs))
    }
    sink.family(pressureFullSeconds)
    for (const { resource, fullUs } of pressures) {
      if (fullUs !== undefined) sink.sample(renderLabels({ resource }), secondsFromUs(fullUs))
    }
  },
}
