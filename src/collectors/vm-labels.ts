// Rendered labels of the host's VMs and vCPUs, kept from scrape to scrape: while no VM changes, none is rendered. The
// labels of a VM are dropped when it ends. Every sample looks its labels up here, so a lookup allocates nothing.
import { type LabelBytes, renderLabels } from '../metrics/labels.ts'
import { isEmulatedDisk, isEmulatedNicModel } from '../model/emulated.ts'
import type { Disk, HostDevice, Nic, Owner, Vm, VmState } from '../model/vm.ts'
import { LabelSlot } from './label-slot.ts'

class VcpuLabels {
  /** `{vm,vcpu}` */
  readonly bytes: LabelBytes
  readonly #vm: string
  readonly #vcpu: number
  #policy: string | undefined
  #policyBytes: LabelBytes

  constructor(vm: string, vcpu: number) {
    this.#vm = vm
    this.#vcpu = vcpu
    this.bytes = renderLabels({ vm, vcpu })
    this.#policyBytes = this.bytes
  }

  /** `{vm,vcpu,policy}` */
  withPolicy(policy: string): LabelBytes {
    if (policy !== this.#policy) {
      this.#policy = policy
      this.#policyBytes = renderLabels({ vm: this.#vm, vcpu: this.#vcpu, policy })
    }
    return this.#policyBytes
  }
}

/** The fields in the labels of `kvminfo_vm_info`. */
type Identity = Pick<Vm, 'pid' | 'uuid' | 'machine' | 'identitySource'>

class VmLabels {
  /** `{vm}` */
  readonly bytes: LabelBytes
  /** Labels of `kvminfo_vm_info`. */
  readonly info: LabelSlot<Identity>
  /** Labels of `kvminfo_vm_owner_info`. */
  readonly owner: LabelSlot<Owner>
  readonly #vm: string
  #state: VmState | undefined
  #stateBytes: LabelBytes
  readonly #vcpus = new Map<number, VcpuLabels>()
  readonly #reasons = new Map<string, LabelBytes>()
  readonly #devices = new Map<string, LabelBytes>()
  readonly #disks: LabelSlot<Disk>[] = []
  readonly #nics: LabelSlot<Nic>[] = []
  readonly #hostDevices: LabelSlot<HostDevice>[] = []

  constructor(vm: string) {
    this.#vm = vm
    this.bytes = renderLabels({ vm })
    this.#stateBytes = this.bytes
    this.owner = new LabelSlot(({ manager, name, group, flavor }) => ({ vm, manager, name, group, flavor }))
    this.info = new LabelSlot(({ pid, uuid = '', machine = '', identitySource: source }) => ({
      vm,
      pid,
      uuid,
      machine,
      source,
    }))
  }

  /** `{vm,state}` */
  state(state: VmState): LabelBytes {
    if (state !== this.#state) {
      this.#state = state
      this.#stateBytes = renderLabels({ vm: this.#vm, state })
    }
    return this.#stateBytes
  }

  vcpu(id: number): VcpuLabels {
    let labels = this.#vcpus.get(id)
    if (labels === undefined) {
      labels = new VcpuLabels(this.#vm, id)
      this.#vcpus.set(id, labels)
    }
    return labels
  }

  /** `{vm,reason}` */
  reason(reason: string): LabelBytes {
    let bytes = this.#reasons.get(reason)
    if (bytes === undefined) {
      bytes = renderLabels({ vm: this.#vm, reason })
      this.#reasons.set(reason, bytes)
    }
    return bytes
  }

  /** `{vm,device}` */
  device(device: string): LabelBytes {
    let bytes = this.#devices.get(device)
    if (bytes === undefined) {
      bytes = renderLabels({ vm: this.#vm, device })
      this.#devices.set(device, bytes)
    }
    return bytes
  }

  /** Labels of `kvminfo_vm_disk_info` for the disk at `index` of `Vm.disks`. */
  disk(index: number): LabelSlot<Disk> {
    this.#disks[index] ??= new LabelSlot(
      ({ device, bus, cache = '', format = '', emulated, target = '' }) => ({
        vm: this.#vm,
        device,
        bus,
        cache,
        format,
        emulated: String(isEmulatedDisk({ bus, emulated })),
        target,
      }),
    )
    return this.#disks[index]
  }

  /** Labels of `kvminfo_vm_nic_info` for the interface at `index` of `Vm.nics`. */
  nic(index: number): LabelSlot<Nic> {
    this.#nics[index] ??= new LabelSlot(({ device, model, vhost = '', target = '' }) => ({
      vm: this.#vm,
      device,
      model,
      vhost: String(vhost),
      emulated: String(isEmulatedNicModel(model)),
      target,
    }))
    return this.#nics[index]
  }

  /** Labels of `kvminfo_vm_host_device_info` for the device at `index` of `Vm.hostDevices`. */
  hostDevice(index: number): LabelSlot<HostDevice> {
    this.#hostDevices[index] ??= new LabelSlot(({ device, type, driver, address }) => ({
      vm: this.#vm,
      device,
      type,
      driver,
      address,
    }))
    return this.#hostDevices[index]
  }
}

/** A VM with its labels. */
export interface LabelledVm {
  readonly vm: Vm
  readonly labels: VmLabels
}

let lastVms: readonly Vm[] = []
let lastLabelled: readonly LabelledVm[] = []
let labelsByName: ReadonlyMap<string, VmLabels> = new Map()

/** All collectors of a scrape pass the same array, that of the snapshot. The next scrape passes another one. */
export function labelled(vms: readonly Vm[]): readonly LabelledVm[] {
  if (vms !== lastVms) {
    lastVms = vms
    lastLabelled = vms.map((vm) => ({ vm, labels: labelsByName.get(vm.label) ?? new VmLabels(vm.label) }))
    labelsByName = new Map(lastLabelled.map(({ vm, labels }) => [vm.label, labels]))
  }
  return lastLabelled
}
