// What `kvminfo doctor` found on the host.
import { info, type Metric } from './metric.ts'

export const doctorFinding = info(
  'kvminfo_doctor_finding_info',
  'A finding of kvminfo doctor about the host itself, always 1: the name of the check, and critical, warning or notice. The exporter makes these checks in the background, every ten minutes, so the series are absent from the first scrape, and a repaired host keeps them for that long.',
  ['finding', 'severity'],
)

export const doctorMetrics: readonly Metric[] = [doctorFinding]
