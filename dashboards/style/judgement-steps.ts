// Colours of numbers that the rules judge too, at the rules' thresholds.
import { thresholdNow } from '../thresholds.ts'
import { highIsBad, lowIsBad, type Steps } from './steps.ts'

/** Half of a threshold is worth a look. */
const fromHalf = (name: string): Steps => highIsBad(thresholdNow(name) / 2, thresholdNow(name))
/** Twice a threshold is worth a look. */
const toTwice = (name: string): Steps => lowIsBad(thresholdNow(name), thresholdNow(name) * 2)

export const ratioSteps = lowIsBad(
  thresholdNow('root_mode_switch_io'),
  thresholdNow('root_mode_switch_compute'),
)
export const runDelaySteps = fromHalf('run_delay_high')
export const densitySteps = fromHalf('realtime_density_high')
/** Above its threshold a host has no CPU time to spare; with half of the rest gone it is nearly full. */
export const hostCpuSteps = highIsBad(thresholdNow('host_cpu_high'), (1 + thresholdNow('host_cpu_high')) / 2)
export const hostMemorySteps = toTwice('host_memory_low')

/** Seconds waited for QEMU per CPU second, which no alert judges. At 0.1 the VM waits as long as the run delay may
 * be before its alert; at 0.5 a third of its time is waiting. */
export const waitSteps = highIsBad(0.1, 0.5)
