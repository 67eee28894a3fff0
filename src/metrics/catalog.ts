// Every metric of this program, once. The documentation, the dashboards and the tests read this list.
import { exitMetrics } from './exits.ts'
import { exporterMetrics } from './exporter.ts'
import { hostMetrics } from './host.ts'
import { meminfoMetrics } from './host-memory.ts'
import { hugepageMetrics } from './hugepages.ts'
import { ksmMetrics } from './ksm.ts'
import type { Metric } from './metric.ts'
import { pressureMetrics } from './pressure.ts'
import { vcpuMetrics } from './vcpu.ts'
import { vmMetrics } from './vm.ts'
import { vmMemoryMetrics } from './vm-memory.ts'

/** By topic, in the order in which a reader wants them. */
export const catalog: readonly Metric[] = [
  ...exitMetrics,
  ...vcpuMetrics,
  ...vmMetrics,
  ...vmMemoryMetrics,
  ...hostMetrics,
  ...meminfoMetrics.map(({ metric }) => metric),
  ...hugepageMetrics,
  ...ksmMetrics.map(({ metric }) => metric),
  ...pressureMetrics,
  ...exporterMetrics,
]
