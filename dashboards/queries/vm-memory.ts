// The memory VMs were given, hold, and in which pages.
import * as metrics from '../../src/metrics/vm-memory.ts'
import { ofVm } from './selector.ts'

export const max = ofVm(metrics.vmMaxBytes)
export const balloon = ofVm(metrics.vmBalloonBytes)
export const resident = ofVm(metrics.vmResidentBytes)
export const hugetlb = ofVm(metrics.vmHugetlbBytes)

/** Resident memory leaves out pages of hugetlb pools, so the two add up. */
const held = `${resident} + ${hugetlb}`
export const heldShare = `(${held}) / ${max}`

/** Share of what the VM was given that the balloon keeps from it. */
export const balloonHeldShare = `1 - ${balloon} / ${max}`
