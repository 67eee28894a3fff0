// The hosts: up or down, CPU, pressure, and how many vCPUs they run.
import {
  buildInfo,
  collectorDuration,
  collectorSuccess,
  sourceActive,
  vmProblems,
} from '../../src/metrics/exporter.ts'
import { hostCpuGuestSeconds, hostCpuSeconds, hostInfo } from '../../src/metrics/host.ts'
import { pressureFullSeconds, pressureSomeSeconds } from '../../src/metrics/pressure.ts'
import { vcpuCpuSeconds } from '../../src/metrics/vcpu.ts'
import { vmInfo, vmVcpus } from '../../src/metrics/vm.ts'
import { meminfo, onHost, perHost, rate } from './selector.ts'

const exporter = onHost(buildInfo)
/**
 * Every scrape target has `up`. This keeps the targets of each job that had a kvminfo exporter at some time in the
 * range. It matches on the job because an exporter that was down for the whole range has no metric of its own.
 */
export const up = `${onHost('up')} and on (job) group by (job) (last_over_time(${exporter}[$__range]))`
export const hostsUp = `count((${up}) == 1) or vector(0)`
export const hostsDown = `count((${up}) == 0) or vector(0)`

export const info = onHost(hostInfo)
export const cpuBusy5m = onHost('instance:kvminfo_host_cpu_busy:ratio_rate5m')

export const vms = `count by (${perHost}) (${onHost(vmInfo)})`
export const vcpus = `sum by (${perHost}) (${onHost(vmVcpus)})`
/** Each mode has one series per CPU. */
export const cpus = `count by (${perHost}) (${rate(onHost(hostCpuSeconds, 'mode="idle"'))})`
export const vcpusPerCpu = `${vcpus} / ${cpus}`

export const cpuByMode = `sum by (${perHost}, mode) (${rate(onHost(hostCpuSeconds, 'mode!="idle"'))})`
export const cpuInGuests = `sum by (${perHost}) (${rate(onHost(hostCpuGuestSeconds))})`

/** Of all VMs of the host. */
export const cpuOfVcpus = `sum by (${perHost}) (${rate(onHost(vcpuCpuSeconds))})`

export const memoryAvailable = onHost(meminfo('MemAvailable'))
export const memoryTotal = onHost(meminfo('MemTotal'))
/** Memory outside the pools of huge pages. The alert on host memory uses the same value. */
export const memoryOrdinary = onHost('instance:kvminfo_host_memory_ordinary:bytes')
export const memoryAvailableShare = `${memoryAvailable} / ${memoryOrdinary}`

export const pressureSome = rate(onHost(pressureSomeSeconds))
export const pressureFull = rate(onHost(pressureFullSeconds))

export const sources = `${onHost(sourceActive)} == 1`
export const collectors = onHost(collectorSuccess)
export const collectorsFailing = `count by (${perHost}) (${collectors} == 0) or ${cpus} * 0`
export const collectorSeconds = onHost(collectorDuration)
export const problems = rate(onHost(vmProblems))

/** Keeps the series of exporters only, because other programs have these metrics too. */
const ofExporter = (series: string): string => `${series} and on (${perHost}) ${exporter}`
export const exporterMemory = ofExporter(onHost('process_resident_memory_bytes'))
export const exporterCpu = ofExporter(rate(onHost('process_cpu_seconds_total')))
