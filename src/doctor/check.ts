// What a check is, and what it finds. A check reads the host and changes nothing.
import type { Severity } from '../model/finding.ts'
import type { ActionName } from '../model/remediation.ts'
import type { HostView } from './host-view.ts'
import type { VmView } from './vm-view.ts'

export interface Found {
  readonly severity: Severity
  /** The VM's device that it concerns, by its name in the metrics. */
  readonly device?: string
  /** One sentence without the VM's name and without a full stop. */
  readonly what: string
  /** One or more sentences. */
  readonly why: string
  /** Commands as a person types them, in order. A line that begins with `#` says what no command does. */
  readonly fix: readonly string[]
  /** The action of `kvminfo remediate` that does it. */
  readonly action?: ActionName
}

interface CheckBase {
  /** Lower case with hyphens; never changed once released, because --only, --skip and alerts name it. */
  readonly name: string
  /** For `--list`. */
  readonly description: string
  /** Where the advice comes from: an address, or a section of the thesis. */
  readonly source: string
}

/** Empty results mean that all is well. A check that cannot be made throws a KvminfoError that says why. */
export interface HostCheck extends CheckBase {
  readonly scope: 'host'
  /** False for one that is not worth a metric, because another metric says it already. */
  readonly isMetric: boolean
  readonly examine: (host: HostView) => readonly Found[] | Promise<readonly Found[]>
}

export interface VmCheck extends CheckBase {
  readonly scope: 'vm'
  readonly examine: (vm: VmView, host: HostView) => readonly Found[]
}

export type Check = HostCheck | VmCheck
