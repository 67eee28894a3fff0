// CPU time and run delay of VMs, and the scheduling policies of their vCPU threads.
import * as metrics from '../../src/metrics/vcpu.ts'
import { changesOverRange, highest, meanOverRange, rateOverRange } from './extremes.ts'
import { ofVm, onHost, perVm, rate } from './selector.ts'

export const cpu5m = ofVm('vm:kvminfo_cpu_seconds:rate5m')
export const runDelay5m = ofVm('vm:kvminfo_run_delay:ratio_rate5m')
export const mostCpu = highest(cpu5m, meanOverRange(cpu5m))
export const mostRunDelay = highest(runDelay5m, meanOverRange(runDelay5m))
export const hostRunDelay5m = onHost('instance:kvminfo_run_delay:ratio_rate5m')
export const realtimeDensity = onHost('instance:kvminfo_realtime_vcpus:ratio')

export const cpuOfVcpu = rate(ofVm(metrics.vcpuCpuSeconds))
export const runDelayOfVcpu = rate(ofVm(metrics.vcpuRunDelaySeconds))
export const voluntary = `sum by (${perVm}) (${rate(ofVm(metrics.vcpuVoluntarySwitches))})`
const involuntaryOfVcpu = ofVm(metrics.vcpuInvoluntarySwitches)
export const involuntary = `sum by (${perVm}) (${rate(involuntaryOfVcpu)})`
export const mostInvoluntary = highest(involuntary, `sum by (${perVm}) (${rateOverRange(involuntaryOfVcpu)})`)

const lastCpu = ofVm(metrics.vcpuLastCpu)
export const mostMoves = highest(
  `sum by (${perVm}) (changes(${lastCpu}[$__rate_interval]))`,
  `sum by (${perVm}) (${changesOverRange(lastCpu)})`,
)

/** Adds the policy of the vCPU as a label, so that all columns of the table have the same labels. */
const withPolicy = (series: string): string =>
  `(${series}) * on (${perVm}, vcpu) group_left (policy) ${ofVm(metrics.vcpuSchedInfo)}`
export const niceOfVcpu = withPolicy(ofVm(metrics.vcpuNice))
/** 0 if the policy has no real-time priority. */
export const priorityOfVcpu = ofVm('vcpu:kvminfo_realtime_priority:policy')
export const runDelayWithPolicy = withPolicy(runDelayOfVcpu)
export const lastCpuOfVcpu = withPolicy(lastCpu)
export const cpuWithPolicy = withPolicy(cpuOfVcpu)

export const vcpusByPolicy = `count by (policy) (${ofVm(metrics.vcpuSchedInfo)})`

/** The highest real-time priority. Tiers 3 and 4 of the thesis use it. */
const top = 99
const policy = (names: string): string => ofVm('vcpu:kvminfo_realtime_priority:policy', `policy=~"${names}"`)

/** vCPU threads of each tier of the thesis (section 4.2), identified by policy and priority. */
export const tiers: readonly { readonly name: string; readonly members: string }[] = [
  { name: 'Tier 1: normal', members: policy('other|batch|idle|ext') },
  { name: 'Tier 2: round robin', members: `${policy('rr')} < ${top}` },
  { name: 'Tier 3: round robin, top priority', members: `${policy('rr')} == ${top}` },
  { name: 'Tier 4: first in, first out', members: policy('fifo|deadline') },
]

export const countOf = (members: string): string => `count(${members}) or vector(0)`

/** Per policy: the time that its threads waited for a CPU, as a share of the time that they ran or waited. */
export const runDelayByPolicy = `sum by (policy) (${runDelayWithPolicy}) / (sum by (policy) (${runDelayWithPolicy}) + sum by (policy) (${cpuWithPolicy}) > 0)`
