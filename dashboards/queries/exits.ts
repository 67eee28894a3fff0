// Where the exits of VMs are handled, and what they cost.
import * as metrics from '../../src/metrics/exits.ts'
import { highest, lastInRange, lowest, meanOverRange } from './extremes.ts'
import { judged, ofVm, perVm, rate } from './selector.ts'

export const kernelSwitches = rate(ofVm(metrics.kernelSwitches))
export const userspaceSwitches = rate(ofVm(metrics.userspaceSwitches))
export const ioExits = rate(ofVm(metrics.ioExits))
export const exceptionExits = rate(ofVm(metrics.exceptionExits))
export const signalReturns = rate(ofVm(metrics.signalReturns))
export const byReason = rate(ofVm(metrics.exitsByReason))
export const byDevice = rate(ofVm(metrics.deviceExits))
export const waitByDevice = rate(ofVm(metrics.deviceWaitSeconds))

export const kernelSeconds = rate(ofVm(metrics.kernelSeconds))
export const haltSeconds = rate(ofVm(metrics.haltSeconds))
export const userspaceWaitSeconds = rate(ofVm(metrics.userspaceWaitSeconds))

/** Mean seconds that a vCPU waits for QEMU per userspace exit. */
export const secondsPerUserspaceExit = `${userspaceWaitSeconds} / (${userspaceSwitches} > 0)`
/** Mean seconds that KVM itself spends on an exit. */
export const secondsPerExit = `${kernelSeconds} / (${kernelSwitches} + ${userspaceSwitches} > 0)`

/** Share of each reason in the exits of its VM. */
export const reasonShare = `${byReason} / on (${perVm}) group_left () (sum by (${perVm}) (${byReason}) > 0)`

const kernelSwitches5m = ofVm('vm:kvminfo_kernel_switches:rate5m')
export const switches5m = ofVm('vm:kvminfo_switches:rate5m')
export const ratio5m = ofVm('vm:kvminfo_root_mode_switch:ratio_rate5m')
export const ratio1h = ofVm('vm:kvminfo_root_mode_switch:ratio_rate1h')
export const ioShare5m = ofVm('vm:kvminfo_io_exit:ratio_rate5m')
export const userspaceWait5m = ofVm('vm:kvminfo_userspace_wait:ratio_rate5m')
export const userspaceSwitches5m = ofVm('vm:kvminfo_userspace_switches:rate5m')

export const judgedRatio5m = judged(ratio5m)
export const judgedIoShare5m = judged(ioShare5m)
export const judgedUserspaceWait5m = judged(userspaceWait5m)

export const mostUserspaceSwitches = highest(userspaceSwitches5m, meanOverRange(userspaceSwitches5m))

/** The ratio of all exits in the time range, of VMs that were judged at some time in it. */
const ratioOfRange = `${meanOverRange(kernelSwitches5m)} / (${meanOverRange(switches5m)} > 0) and on (${perVm}) ${lastInRange(ofVm('vm:kvminfo_active:info'))}`
export const lowestRatios = lowest(judgedRatio5m, ratioOfRange)

/** Of all selected VMs together, so that busy VMs weigh more. */
export const fleetRatio5m = `sum(${kernelSwitches5m}) / (sum(${switches5m}) > 0)`

const ofClass = (name: string): string => ofVm('vm:kvminfo_class:info', `class="${name}"`)

/** 1 near-native, 2 in-kernel-io, 3 mixed, 4 emulated-io. */
export const classNumber = `max by (${perVm}) (${ofClass('near-native')} or ${ofClass('in-kernel-io')} * 2 or ${ofClass('mixed')} * 3 or ${ofClass('emulated-io')} * 4)`

export const vmsByClass = `count by (class) (${ofVm('vm:kvminfo_class:info')})`
export const emulatedIoVms = `count(${ofClass('emulated-io')}) or vector(0)`
