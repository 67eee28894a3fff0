// What the balloon driver of a guest has reported: of `virsh dommemstat`, unlike the size that libvirt was asked for.

import { until } from '../kvminfo/until.ts'
import { virsh } from './domain.ts'

/** KiB; `last_update` in seconds of the epoch. NaN if the guest does not report it. */
export const reported = (vm: string, name: string): number =>
  Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(virsh('dommemstat', '--', vm))?.[1])

/** Seconds; NaN if there was no report. */
const reportAge = (vm: string): number => Date.now() / 1000 - (reported(vm, 'last_update') || Number.NaN)

/** A guest reports once when it starts, and two minutes are lately. */
export const noReportLately = (vm: string): Promise<void> =>
  until('the report of the start is no longer lately', () => !(reportAge(vm) <= 121), 1000, 150)

export async function reportsAgain(vm: string): Promise<void> {
  virsh('dommemstat', '--period', '5', '--live', '--', vm)
  await until('the guest reports', () => reportAge(vm) < 60, 1000)
}
