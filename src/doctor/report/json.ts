// The report as JSON. Fields are only added; `version` changes if one is removed or means something else.
import type { Severity } from '../../model/finding.ts'
import { type Examination, worstOf } from '../examine.ts'

export interface JsonReport {
  readonly version: 1
  /** null if nothing was found. */
  readonly worst: Severity | null
  readonly findings: readonly {
    readonly item: string
    readonly check: string
    readonly severity: Severity
    readonly vm: string | null
    readonly device: string | null
    readonly what: string
    readonly why: string
    readonly fix: readonly string[]
    /** What `kvminfo remediate` can do about it. */
    readonly action: string | null
    readonly source: string
  }[]
  readonly notChecked: readonly { readonly check: string; readonly vm: string | null; readonly why: string }[]
  readonly passed: readonly string[]
}

export function jsonReport(examination: Examination): JsonReport {
  return {
    version: 1,
    worst: worstOf(examination) ?? null,
    findings: examination.findings.map(
      ({ item, check, severity, vm = null, device = null, what, why, fix, action = null, source }) => ({
        ...{ item, check, severity, vm, device, what, why, fix, action, source },
      }),
    ),
    notChecked: examination.notChecked.map(({ check, vm = null, why }) => ({ check, vm, why })),
    passed: examination.passed,
  }
}
