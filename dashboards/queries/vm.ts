// What VMs are: identity, age, size, devices.
import * as metrics from '../../src/metrics/vm.ts'
import { firingOfVms, firingOnHosts } from '../annotations.ts'
import { ofVm, perVm } from './selector.ts'

export const identity = ofVm(metrics.vmInfo)
export const disks = ofVm(metrics.diskInfo)
export const nics = ofVm(metrics.nicInfo)

export const vcpus = ofVm(metrics.vmVcpus)
export const age = `time() - ${ofVm(metrics.vmStartTime)}`
export const vmCount = `count(${identity})`

export const firingCount = `count(${firingOfVms}) or vector(0)`
/** Those of the hosts themselves too, which name no VM. */
export const firingOnHostsCount = `count(${firingOnHosts}) or vector(0)`

/** QEMU emulates these in full: each access of the guest is a hand-over. */
const emulatedDisks = ofVm(metrics.diskInfo, 'emulated="true"')
const emulatedNics = ofVm(metrics.nicInfo, 'emulated="true"')

/** Emulated disks and interfaces of each VM, 0 where it has none. */
export const emulatedDevices = `count by (${perVm}) (${emulatedDisks} or ${emulatedNics}) or count by (${perVm}) (${identity}) * 0`
