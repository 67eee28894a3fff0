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
/** Includes alerts about the hosts themselves, which name no VM. */
export const firingOnHostsCount = `count(${firingOnHosts}) or vector(0)`

/** QEMU emulates these completely: each access of the guest is handed to QEMU. */
const emulatedDisks = ofVm(metrics.diskInfo, 'emulated="true"')
const emulatedNics = ofVm(metrics.nicInfo, 'emulated="true"')

/** Number of emulated disks and network interfaces of each VM; 0 if a VM has none. */
export const emulatedDevices = `count by (${perVm}) (${emulatedDisks} or ${emulatedNics}) or count by (${perVm}) (${identity}) * 0`
