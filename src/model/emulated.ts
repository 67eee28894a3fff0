// Which devices QEMU emulates in user space: every access by the guest ends in a userspace exit. These are the lists of
// the alerts KvmVmEmulatedDisk and KvmVmEmulatedNic in alerts/vm.rules.yaml; a contract test compares them.

/** Prometheus label matchers, which match the whole label value; the dashboards use them in queries. */
export const emulatedBuses = 'ide|sata'
export const emulatedNicModels = 'e1000.*|rtl8139|pcnet|ne2k_.*|vmxnet3'

const emulatedBus = new RegExp(`^(?:${emulatedBuses})$`)
const emulatedNic = new RegExp(`^(?:${emulatedNicModels})$`)

export const isEmulatedBus = (bus: string): boolean => emulatedBus.test(bus)
export const isEmulatedNicModel = (model: string): boolean => emulatedNic.test(model)
