// CPU time of VMs, what they waited for it, and the policies of their vCPU threads.
import * as metrics from '../../src/metrics/vcpu.ts'
import { ofVm, onHost, perVm, rate } from './selector.ts'

export const cpu5m = ofVm('vm:kvminfo_cpu_seconds:rate5m')
export const runDelay5m = ofVm('vm:kvminfo_run_delay:ratio_rate5m')
export const hostRunDelay5m = onHost('instance:kvminfo_run_delay:ratio_rate5m')
export const realtimeDensity = onHost('instance:kvminfo_realtime_vcpus:ratio')

export const cpuOfVcpu = rate(ofVm(metrics.vcpuCpuSeconds))
export const runDelayOfVcpu = rate(ofVm(metrics.vcpuRunDelaySeconds))
export const voluntary = `sum by (${perVm}) (${rate(ofVm(metrics.vcpuVoluntarySwitches))})`
export const involuntary = `sum by (${perVm}) (${rate(ofVm(metrics.vcpuInvoluntarySwitches))})`

const lastCpu = ofVm(metrics.vcpuLastCpu)
export const moves = `sum by (${perVm}) (changes(${lastCpu}[$__rate_interval]))`

/** Adds the policy of the vCPU as a label, so that all columns of a table have the same labels. */
const withPolicy = (series: string): string =>
  `(${series}) * on (${perVm}, vcpu) group_left (policy) ${ofVm(metrics.vcpuSchedInfo)}`
export const niceOfVcpu = withPolicy(ofVm(metrics.vcpuNice))
/** 0 where the policy has none. */
export const priorityOfVcpu = ofVm('vcpu:kvminfo_realtime_priority:policy')
export const runDelayWithPolicy = withPolicy(runDelayOfVcpu)
export const lastCpuOfVcpu = withPolicy(lastCpu)
export const cpuWithPolicy = withPolicy(cpuOfVcpu)

export const vcpusByPolicy = `count by (policy) (${ofVm(metrics.vcpuSchedInfo)})`

/** The top real-time priority; tiers 3 and 4 of the thesis have it. */
const top = 99
const policy = (names: string): string => ofVm('vcpu:kvminfo_realtime_priority:policy', `policy=~"${names}"`)

/** vCPU threads of each tier of the thesis (section 4.2), by policy and priority. */
export const tiers: readonly { readonly name: string; readonly members: string }[] = [
  { name: 'Tier 1: normal', members: policy('other|batch|idle|ext') },
  { name: 'Tier 2: round robin', members: `${policy('rr')} < ${top}` },
  { name: 'Tier 3: round robin, top priority', members: `${policy('rr')} == ${top}` },
  { name: 'Tier 4: first in, first out', members: policy('fifo|deadline') },
]

export const countOf = (members: string): string => `count(${members}) or vector(0)`

/** Share of the time its threads wanted to run that they waited, per policy. */
export const runDelayByPolicy = `sum by (policy) (${runDelayWithPolicy}) / (sum by (policy) (${runDelayWithPolicy}) + sum by (policy) (${cpuWithPolicy}) > 0)`
