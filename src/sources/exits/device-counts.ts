// Userspace exits of VMs by device: joins the module's counts by address with the names of the devices there.
import type { Waits } from '../../model/exits.ts'
import { DeviceNames } from '../addresses/device-names.ts'
import { fixedDevice } from '../addresses/fixed.ts'
import type { IdentifiedVm } from '../identity/vms.ts'
import type { Accesses } from '../kvminfo/row.ts'
import { processKey } from '../process/process.ts'
import type { PciDevice } from '../qmp/pci-device.ts'
import type { PciQuestion, PciRegions } from '../qmp/pci-regions.ts'
import { type Counted, DeviceLedger } from './device-ledger.ts'

interface Named {
  readonly disks: IdentifiedVm['vm']['disks']
  readonly nics: IdentifiedVm['vm']['nics']
  readonly pci: readonly PciDevice[]
  readonly names: DeviceNames
}

export class DeviceCounts {
  readonly #ledger = new DeviceLedger()
  readonly #pci: PciRegions
  readonly #names = new Map<string, Named>()
  #asked: ReadonlyMap<string, PciQuestion> = new Map()

  constructor(pci: PciRegions) {
    this.#pci = pci
  }

  /** Call at each sample with the VMs whose exits the module counts. What is kept of VMs without `isKnown` is forgotten. */
  follow(vms: readonly IdentifiedVm[], isKnown: (key: string) => boolean): void {
    const questions = new Map<string, PciQuestion>()
    for (const { vm, row, isManaged, qmpSocket } of vms) {
      if (row?.accesses === undefined) continue
      const key = processKey(vm)
      // libvirt owns the monitor of its VMs. Without vCPUs, QMP is already being asked for them.
      if (isManaged || qmpSocket === undefined || vm.vcpus.length === 0) continue
      if (hasOtherAddress(row.accesses))
        questions.set(key, {
          pid: vm.pid,
          path: qmpSocket,
          isVouchedFor: true,
          isUrgent: this.#ledger.isWaiting(key),
        })
    }
    this.#ledger.retain(isKnown)
    for (const key of this.#names.keys()) if (!isKnown(key)) this.#names.delete(key)
    this.#pci.follow(questions)
    this.#asked = questions
  }

  /** The counts to show for a VM of the last `follow`. */
  of(vm: IdentifiedVm['vm'], counted: Counted): ReadonlyMap<string, Waits> {
    const key = processKey(vm)
    const names = this.#namesOf(key, vm)
    const askedAtMs = this.#asked.has(key) ? this.#pci.askedAtMs(key) : undefined
    return this.#ledger.add(key, counted, { nameOf: (address) => names.of(address), askedAtMs })
  }

  close(): void {
    this.#pci.close()
  }

  #namesOf(key: string, vm: IdentifiedVm['vm']): DeviceNames {
    const { disks, nics } = vm
    const pci = this.#pci.devices(key)
    const known = this.#names.get(key)
    if (known !== undefined && known.disks === disks && known.nics === nics && known.pci === pci)
      return known.names
    const names = new DeviceNames(vm, pci)
    this.#names.set(key, { disks, nics, pci, names })
    return names
  }
}

function hasOtherAddress({ byAddress }: Accesses): boolean {
  for (const address of byAddress.keys()) if (fixedDevice(address) === undefined) return true
  return false
}
