// The memory that VMs were given and hold, and the kind of pages it is in.
import * as metrics from '../../src/metrics/vm-memory.ts'
import { highest, lowest, meanOverRange } from './extremes.ts'
import { ofVm } from './selector.ts'

export const max = ofVm(metrics.vmMaxBytes)
export const balloon = ofVm(metrics.vmBalloonBytes)
export const resident = ofVm(metrics.vmResidentBytes)
export const hugetlb = ofVm(metrics.vmHugetlbBytes)

export const mostHugetlb = highest(`${hugetlb} > 0`, `${meanOverRange(hugetlb)} > 0`)

/** Resident memory does not include pages of hugetlb pools, so the sum of both is what the VM holds. */
const heldShare = `(${resident} + ${hugetlb}) / ${max}`
export const lowestHeldShare = lowest(
  heldShare,
  `(${meanOverRange(resident)} + ${meanOverRange(hugetlb)}) / ${meanOverRange(max)}`,
)

/** Share of its memory that the balloon takes from a VM. */
const balloonHeldShare = `1 - ${balloon} / ${max}`
export const highestBalloonHeldShare = highest(
  balloonHeldShare,
  `1 - ${meanOverRange(balloon)} / ${meanOverRange(max)}`,
)
