// Collector `doctor`: what `kvminfo doctor` finds on the host itself.
import { doctorFinding } from '../metrics/doctor.ts'
import { renderLabels } from '../metrics/labels.ts'
import type { Collector } from './collector.ts'

export const doctorCollector: Collector = {
  name: 'doctor',
  description: 'what `kvminfo doctor` finds on the host itself, every ten minutes',
  enabledByDefault: true,
  metrics: [doctorFinding],
  collect(snapshot, sink) {
    const findings = snapshot.hostFindings().value
    if (findings === undefined) return
    sink.family(doctorFinding)
    for (const { check, severity } of findings) sink.sample(renderLabels({ finding: check, severity }), 1)
  },
}
