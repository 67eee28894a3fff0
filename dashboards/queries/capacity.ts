// What more fits on a host, when it is full, and which VMs are the wrong size. All over the time range that the
// dashboard shows: a week tells more than an hour.
import * as vmMetrics from '../../src/metrics/vm.ts'
import * as vmMemory from '../../src/metrics/vm-memory.ts'
import { type Threshold, threshold } from '../thresholds.ts'
import { cpuBusy5m, cpus, memoryAvailable, memoryOrdinary, vcpus } from './hosts.ts'
import { cpu5m, realtimeDensity, runDelay5m } from './scheduling.ts'
import { byHost, byVm, ofVm, onHost, perHost, perVm } from './selector.ts'

const range = '[$__range]'
const scalar = (record: Threshold): string => `scalar(${record})`
const cpuLimit = scalar(threshold('host_cpu_high'))
const memoryReserve = `${scalar(threshold('host_memory_low'))} * ${memoryOrdinary}`

/** A busy hour counts, a single busy minute does not. */
const nearPeak = (series: string): string => `quantile_over_time(0.95, ${series}${range})`
/** What a range holds of VMs that have ended in it says nothing of those that are there. */
const running = (perVmOfRange: string): string =>
  `${perVmOfRange} and on (${perVm}) ${onHost(vmMetrics.vmVcpus)}`
/** Arithmetic on shares ends a rounding error short of a whole. */
const wholes = (expr: string): string => `floor(${expr} + 1e-6)`

/** CPUs below the limit near the host's peak. */
export const cpusLeft = `clamp_min(${cpuLimit} - ${byHost(nearPeak(cpuBusy5m))}, 0) * ${cpus}`
/** Each VM near its own peak, as those may coincide. */
const cpuPerVcpu = `sum by (${perHost}) (${running(nearPeak(onHost('vm:kvminfo_cpu_seconds:rate5m')))}) / (${vcpus} > 0)`
/** As busy near their peak as those that are there. */
export const vcpusLeft = wholes(`(${cpusLeft}) / (${cpuPerVcpu} > 0)`)

/** Above the reserve when memory was lowest. */
export const memoryLeft = `clamp_min(${byHost(`min_over_time(${memoryAvailable}${range}) - ${memoryReserve}`)}, 0)`
/** Of VMs as big as those that are there. */
export const vmsLeft = wholes(`${memoryLeft} / (avg by (${perHost}) (${onHost(vmMemory.vmMaxBytes)}) > 0)`)

/** Real-time vCPUs below the limit on their density. */
export const realtimeLeft = wholes(
  `clamp_min(${scalar(threshold('realtime_density_high'))} - ${byHost(realtimeDensity)}, 0) * ${cpus}`,
)

const secondsADay = 86_400
/** None left is none left, whatever the trend. */
const daysAt = (left: string, lossPerSecond: string): string =>
  byHost(`clamp_min((${left}) <= 0, 0) or (${left}) / (${lossPerSecond} > 0) / ${secondsADay}`)

/** None where the host does not become busier. */
export const cpuDays = daysAt(`${cpuLimit} - ${cpuBusy5m}`, `deriv(${cpuBusy5m}${range})`)
/** None where memory does not become less. */
export const memoryDays = daysAt(
  `${memoryAvailable} - ${memoryReserve}`,
  `(0 - deriv(${memoryAvailable}${range}))`,
)

export const cpuPeak = byVm(running(nearPeak(cpu5m)))
const vcpusOfVm = byVm(ofVm(vmMetrics.vmVcpus))
/** CPUs used near the peak, of its vCPUs. */
export const cpuShare = `${cpuPeak} / (${vcpusOfVm} > 0)`
export const runDelayPeak = byVm(running(nearPeak(runDelay5m)))
export const vcpuCount = vcpusOfVm

const given = ofVm(vmMemory.vmMaxBytes)
const held = `(${ofVm(vmMemory.vmResidentBytes)} + ${ofVm(vmMemory.vmHugetlbBytes)})`
export const memoryGiven = byVm(given)
export const memoryShare = byVm(`${held} / (${given} > 0)`)

/** A VM near its peak below a fifth of its vCPUs has too many, above four fifths too few; ours, no measurement. */
const tooLittle = 0.2
const tooMuch = 0.8
/** A single vCPU cannot be taken away. 0 fits, 1 too big, 2 too small. */
export const cpuSize = `(${cpuShare} > bool ${tooMuch}) * 2 + (${cpuShare} < bool ${tooLittle}) * (${vcpusOfVm} > bool 1)`
/** A VM that never touched half of its memory can do with less. 0 fits, 1 too big; too small shows inside only. */
export const memorySize = `${memoryShare} < bool 0.5`

export const vmsOfSize = (size: string, value: number): string => `count((${size}) == ${value}) or vector(0)`
/** Of VMs with too many: all beyond twice what they use near their peak, and beyond the last one. */
export const vcpusUnused = `sum by (${perHost}) ((${vcpusOfVm} - clamp_min(ceil(2 * ${cpuPeak}), 1)) * ((${cpuSize}) == bool 1))`
/** A VM process holds memory of its own too, so that it may hold more than the guest was given. */
export const memoryUnused = `sum by (${perHost}) (clamp_min(${given} - ${held}, 0))`
