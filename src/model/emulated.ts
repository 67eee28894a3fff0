// Which devices are emulated in user space, so that the guest's work with them ends in round trips to it. The same
// lists as in the alerts KvmVmEmulatedDisk and KvmVmEmulatedNic of alerts/vm.rules.yaml; a contract test compares them.

/** As Prometheus writes a matcher, which holds for the whole of a label; the dashboards ask with them. */
export const emulatedBuses = 'ide|sata'
export const emulatedNicModels = 'e1000.*|rtl8139|pcnet|ne2k_.*|vmxnet3'

const emulatedBus = new RegExp(`^(?:${emulatedBuses})$`)
const emulatedNic = new RegExp(`^(?:${emulatedNicModels})$`)

export const isEmulatedBus = (bus: string): boolean => emulatedBus.test(bus)
export const isEmulatedNicModel = (model: string): boolean => emulatedNic.test(model)
