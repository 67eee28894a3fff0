// What was read: hosts and VMs with their values over time. Unknown values are NaN.
import type { Grid } from '../grid.ts'
import type { HostNow, VmNow } from './present.ts'
import type { HostQuantity, VmQuantity } from './quantities.ts'
import type { RunSeen } from './remediation.ts'

export interface ObservedHost {
  /** As people call it: the label `instance`, and what else tells hosts apart. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Scrapes that Prometheus has of each step; 0 is a gap. */
  readonly scrapes: Float32Array
  /** 0 in steps in which the exporter could list the VMs in no scrape. */
  readonly couldList: Float32Array
  readonly series: Readonly<Record<HostQuantity, Float32Array>>
  /** The last step with data; -1 if there is none. */
  readonly lastIndex: number
  readonly now: HostNow
}

export interface VmStay {
  readonly host: number
  readonly name: string
  readonly begin: number
  readonly end: number
}

export interface ObservedVm {
  readonly uuid: string | undefined
  readonly sharesUuid: boolean
  /** In time order. A new one begins where the VM is on another host or has another name. */
  readonly stays: readonly VmStay[]
  readonly series: Readonly<Record<VmQuantity, Float32Array>>
  readonly now: VmNow
}

export interface Observed {
  readonly grid: Grid
  readonly hosts: readonly ObservedHost[]
  readonly vms: readonly ObservedVm[]
  readonly runs: readonly RunSeen[]
  /** The operator's own thresholds, by the name without `kvminfo:` and `:threshold`. */
  readonly thresholds: ReadonlyMap<string, number>
  readonly warnings: readonly string[]
  readonly queries: number
}
