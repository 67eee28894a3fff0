// The interface for what `kvminfo doctor` found on the host. It is not read during a scrape.
import type { HostFinding } from '../model/finding.ts'

export interface FindingsSource {
  /** undefined until the host has been examined for the first time. */
  findings(): readonly HostFinding[] | undefined
}

export const noFindings: FindingsSource = { findings: () => undefined }
