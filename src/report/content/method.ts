// How the figures are made.
import { classThresholds } from '../../model/vm-class.ts'
import { worthwhile } from '../analysis/advice.ts'
import { fewestPeers, leastSaved, thesisRemainder } from '../analysis/savings.ts'
import type { Report } from '../document.ts'
import { bytesText, numberText, percentText } from '../format.ts'
import { fewestDays, reach } from '../statistics/forecast.ts'
import { confidence } from '../statistics/theil-sen.ts'
import type { Section } from './section.ts'

export function methodSection({ range, limits }: Report): Section {
  const step = `${Math.round(range.stepSeconds / 60)} minutes`
  return {
    id: 'method',
    title: 'Method',
    texts: [
      `Values. Each value covers one step of ${step}. Counters are read with rate() of PromQL, which takes a decrease for a reset. Memory is the lowest or highest value of the step. p95 is the value that 95 % of the steps do not exceed; a peak shorter than a step is averaged away.`,
      `Classes. The class of a VM is that of its exits over all steps with at least ${classThresholds.activeSwitches} exits a second; a VM that has less than 5 % such steps is idle.`,
      `Trends. Over days (the p95 of CPU, the lowest available memory, the fewest free huge pages), by the Theil–Sen line: the median of the slopes between all pairs of days, which single odd days do not move. The ${percentText(confidence)} interval of the slope is Sen's, widened by the correlation of each day with the one before; the dates are those of the lines at its bounds. If it contains a slope of 0, the report speaks of no trend. At least ${fewestDays} days must be known, and no date is given beyond ${reach} times the range. The line is straight: it knows nothing of seasons, planned moves or new VMs.`,
      `Saving by virtio. From the VM's own wait for QEMU at the devices that QEMU emulates (all of its wait, if the module does not count devices). From that the report subtracts what VMs with virtio only still wait per CPU second: the lower and the upper quartile of the busy ones among them give the range. If there are fewer than ${fewestPeers} of them, the range is from ${percentText(leastSaved)}, our assumption, to ${percentText(1 - thesisRemainder)}, which is how many exits to QEMU the thesis saved by tuning (table 7-4). A saving below ${numberText(worthwhile)} vCPUs is not proposed.`,
      `Limits. CPU busy ${percentText(limits.hostCpuHigh)}, memory kept available ${percentText(limits.hostMemoryLow)}, run delay ${percentText(limits.runDelayHigh)}, real-time vCPUs per CPU ${numberText(limits.realtimeDensityHigh)}, a big VM ${bytesText(limits.memoryBig)}. They are the thresholds of the rules in Prometheus, or as shipped if it has none.`,
      'Tiers. Tier 2 is recommended for a VM in tier 1 that waits for a CPU for longer than the limit, unless it keeps its vCPUs busy all the time or the host has no room for more real-time vCPUs. Tiers 3 and 4 depend on what a VM is for, so the report neither recommends nor takes them away.',
    ],
    figures: [],
    tables: [],
  }
}
