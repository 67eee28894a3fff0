// Colours of numbers that the rules judge too. They change at the thresholds of the rules.
import { thresholdNow } from '../thresholds.ts'
import { highIsBad, lowIsBad, type Steps } from './steps.ts'

/** Yellow from half of the threshold on. */
const fromHalf = (name: string): Steps => highIsBad(thresholdNow(name) / 2, thresholdNow(name))
/** Yellow below twice the threshold. */
const toTwice = (name: string): Steps => lowIsBad(thresholdNow(name), thresholdNow(name) * 2)

export const ratioSteps = lowIsBad(
  thresholdNow('root_mode_switch_emulated_io'),
  thresholdNow('root_mode_switch_near_native'),
)
export const runDelaySteps = fromHalf('run_delay_high')
export const densitySteps = fromHalf('realtime_density_high')
/** Yellow above the threshold, because the host has no CPU time to spare. Red when half of the rest is used too. */
export const hostCpuSteps = highIsBad(thresholdNow('host_cpu_high'), (1 + thresholdNow('host_cpu_high')) / 2)
export const hostMemorySteps = toTwice('host_memory_low')

/**
 * Seconds of waiting for QEMU per CPU second. No alert judges them. At 0.1 the VM waits as long as its run delay may be
 * before the alert on run delay fires. At 0.5 it spends a third of its time waiting.
 */
export const waitSteps = highIsBad(0.1, 0.5)
