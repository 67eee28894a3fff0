// What in-lab.ts prints and run.ts reads.

import type { Cost } from '../monitors.ts'

/** A line of JSON. */
export interface Measured extends Cost {
  readonly monitor: string
  readonly vms: number
}

/** The name of the monitor with which the others are compared: kvm_stat where it shows each VM. */
export const perVm = 'kvm_stat -d, key b'
