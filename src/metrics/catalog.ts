// The one list of all metrics of this program. Documentation, dashboards and tests are made from it.
import { doctorMetrics } from './doctor.ts'
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

/** Grouped by topic, in the order in which the documentation shows them. */
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
  ...doctorMetrics,
  ...exporterMetrics,
]
