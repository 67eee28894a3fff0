// What in-lab.ts measures and prints, and run.ts reads.

import type { Cost } from '../monitors.ts'

/** How many VMs there are, one after the other. */
export const numbers = [1, 10, 50] as const

/** A line of JSON. */
export interface Measured extends Cost {
  readonly monitor: string
  readonly vms: number
}

/** The name of the monitor with which the others are compared: kvm_stat where it shows each VM. */
export const perVm = 'kvm_stat -d, key b'
