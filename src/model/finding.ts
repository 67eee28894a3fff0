// What `kvminfo doctor` finds on a host.

/** Worst first. */
export const severities = ['critical', 'warning', 'notice'] as const
export type Severity = (typeof severities)[number]

/** A finding about the host itself, as the metrics show it. */
export interface HostFinding {
  /** The name of the check. */
  readonly check: string
  readonly severity: Severity
}
