// What else fits on a host, when it will be full, and which VMs are the wrong size. All of it is computed over the
// time range of the dashboard, because a week says more than an hour.
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

/** The 95th percentile, so that a busy hour counts and a single busy minute does not. */
const nearPeak = (series: string): string => `quantile_over_time(0.95, ${series}${range})`
/** Leaves out VMs that ended within the range, because only VMs that still run use the host. */
const running = (perVmOfRange: string): string =>
  `${perVmOfRange} and on (${perVm}) ${onHost(vmMetrics.vmVcpus)}`
/** Adds a little before rounding down, because arithmetic on shares may end just below a whole number. */
const wholes = (expr: string): string => `floor(${expr} + 1e-6)`

/** CPUs that are left below the limit when the host is near its peak. */
export const cpusLeft = `clamp_min(${cpuLimit} - ${byHost(nearPeak(cpuBusy5m))}, 0) * ${cpus}`
/** Takes each VM near its own peak, because the peaks may coincide. */
const cpuPerVcpu = `sum by (${perHost}) (${running(nearPeak(onHost('vm:kvminfo_cpu_seconds:rate5m')))}) / (${vcpus} > 0)`
/** vCPUs that are as busy near their peak as the present ones. */
export const vcpusLeft = wholes(`(${cpusLeft}) / (${cpuPerVcpu} > 0)`)

/** Memory above the reserve at the time when available memory was lowest. */
export const memoryLeft = `clamp_min(${byHost(`min_over_time(${memoryAvailable}${range}) - ${memoryReserve}`)}, 0)`
/** VMs of the mean size of the present ones. */
export const vmsLeft = wholes(`${memoryLeft} / (avg by (${perHost}) (${onHost(vmMemory.vmMaxBytes)}) > 0)`)

/** Real-time vCPUs that are left below the limit on their density. */
export const realtimeLeft = wholes(
  `clamp_min(${scalar(threshold('realtime_density_high'))} - ${byHost(realtimeDensity)}, 0) * ${cpus}`,
)

const secondsADay = 86_400
/** 0 if nothing is left, whatever the trend. */
const daysAt = (left: string, lossPerSecond: string): string =>
  byHost(`clamp_min((${left}) <= 0, 0) or (${left}) / (${lossPerSecond} > 0) / ${secondsADay}`)

/** No value if the host does not become busier. */
export const cpuDays = daysAt(`${cpuLimit} - ${cpuBusy5m}`, `deriv(${cpuBusy5m}${range})`)
/** No value if available memory does not decrease. */
export const memoryDays = daysAt(
  `${memoryAvailable} - ${memoryReserve}`,
  `(0 - deriv(${memoryAvailable}${range}))`,
)

export const cpuPeak = byVm(running(nearPeak(cpu5m)))
const vcpusOfVm = byVm(ofVm(vmMetrics.vmVcpus))
/** CPUs that a VM uses near its peak, as a share of its vCPUs. */
export const cpuShare = `${cpuPeak} / (${vcpusOfVm} > 0)`
export const runDelayPeak = byVm(running(nearPeak(runDelay5m)))
export const vcpuCount = vcpusOfVm

const given = ofVm(vmMemory.vmMaxBytes)
const held = `(${ofVm(vmMemory.vmResidentBytes)} + ${ofVm(vmMemory.vmHugetlbBytes)})`
export const memoryGiven = byVm(given)
export const memoryShare = byVm(`${held} / (${given} > 0)`)

/**
 * Shares of its vCPUs that a VM uses near its peak: below the first it has too many vCPUs, above the second too few.
 * These are our choice, not a measurement.
 */
const tooLittle = 0.2
const tooMuch = 0.8
/** 0 fits, 1 too big, 2 too small. A VM with a single vCPU is never too big. */
export const cpuSize = `(${cpuShare} > bool ${tooMuch}) * 2 + (${cpuShare} < bool ${tooLittle}) * (${vcpusOfVm} > bool 1)`
/**
 * 0 fits, 1 too big: the VM holds less than half of its memory. Too little memory is visible only inside the guest.
 */
export const memorySize = `${memoryShare} < bool 0.5`

export const vmsOfSize = (size: string, value: number): string => `count((${size}) == ${value}) or vector(0)`
/** Of VMs with too many vCPUs: those beyond twice what the VM uses near its peak. One vCPU always remains. */
export const vcpusUnused = `sum by (${perHost}) ((${vcpusOfVm} - clamp_min(ceil(2 * ${cpuPeak}), 1)) * ((${cpuSize}) == bool 1))`
/** Not below 0 per VM: a VM process may hold more than the guest was given, because QEMU itself uses memory. */
export const memoryUnused = `sum by (${perHost}) (clamp_min(${given} - ${held}, 0))`
