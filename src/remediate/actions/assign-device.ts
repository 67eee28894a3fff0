// Gives a PCI device of the host to a running VM (thesis, 6.2 and 6.3). Always asks first: whether the host can spare the
// device is for a person to say.
import type { HostDeviceOperation, HostDevicePlace } from '../../actuator/protocol.ts'
import { KvminfoError } from '../../errors.ts'
import type { Vm } from '../../model/vm.ts'
import { leavesReserve } from '../../policy/memory-reserve.ts'
import { domainMemory, hostDeviceXml, pciHostDevices } from '../../sources/libvirt-status/host-devices.ts'
import { whyNoHotPlug } from '../../sources/libvirt-status/hot-plug.ts'
import type { Element } from '../../sources/libvirt-status/xml.ts'
import { assignable, lockedMemory } from '../../sources/pci/assignable.ts'
import { parsePciAddress, pciDriver, vfioDriver, virtualFunctions } from '../../sources/pci/device.ts'
import { parseDomain } from '../definition/edit.ts'
import { managerOf, type VmManager } from '../target/owner.ts'
import { type Action, noOwner, type Plan, type PlanInput, type Precondition, type Refusal } from './action.ts'
import { hostPciDevice } from './host-pci-device.ts'
import { vmRuns } from './running-vm.ts'
import { sizeText } from './size-text.ts'

export const assignDevice: Action = {
  names: ['assign-device'],

  async plan(input): Promise<Plan | Refusal> {
    const { vm, identity, procfs } = input
    if (vm === undefined || identity === undefined)
      return { refused: 'a device is for a VM; the alert names none' }
    const named = hostPciDevice(input)
    if ('refused' in named) return named
    const { device, directory } = named
    const driver = pciDriver(directory) ?? null
    const plan = {
      action: 'assign-device',
      target: { vm: { ...identity, label: vm.label }, device },
      changes: [{ what: device, now: driver ?? 'no driver', next: `${vfioDriver}, in the VM` }],
      takesEffect: 'live',
      isLeased: false,
      risk: 'critical',
      measurement: {
        design: 'none',
        metric: 'none',
        text: 'not measured; compare the userspace exits of the VM before and after',
      },
      diff: undefined,
    } as const
    /** Only a proposal: its own commands also make it last. */
    const owned = (manager: VmManager): Plan => ({
      ...plan,
      operations: [],
      preconditions: [vmRuns(vm), ...assignable(device, [], input), noVmHas(input, device)],
      owner: manager.name,
      undo: `in ${manager.name}`,
      commands:
        manager.manager === 'proxmox'
          ? [`qm set ${vm.owner?.name ?? '<vmid>'} --hostpci0 ${device}`]
          : [`# assign ${device} in ${manager.name}`],
    })
    // Some managers have no libvirt that could be asked.
    const known = managerOf(vm, procfs, undefined)
    if (known !== undefined) return owned(known)
    if (identity.uuid === null) return { refused: 'this VM has no UUID, so libvirt does not manage it' }
    try {
      const view = await input.readDomain(identity.uuid)
      const { domain } = parseDomain(view.xml)
      const inVm = pciHostDevices(domain).map(({ address }) => address)
      if (inVm.includes(device)) return { refused: 'the VM has the device already' }
      const manager = managerOf(vm, procfs, domain)
      if (manager !== undefined) return owned(manager)
      const operation: HostDeviceOperation = {
        ...{ kind: 'host-device', vm: identity, device, driver },
        ...{ from: 'host', to: 'vm' },
      }
      const place = (await input.read(operation)) as HostDevicePlace
      if (place !== 'host') return { refused: 'the device has just changed its driver; ask again' }
      return {
        ...plan,
        operations: [operation],
        preconditions: [
          vmRuns(vm),
          ...assignable(device, inVm, input),
          noVmHas(input, device),
          canBePlugged(domain, view.hasJob),
          noBalloon(domain),
          memoryFits(input, vm, domain),
        ],
        owner: noOwner,
        undo: 'the guest is asked to give the device back, and the driver of the host gets it again; both are read back. A guest that does not give it back keeps it until it is switched off',
        notes: [
          `The VM has the device until it is switched off. To give it the device at each start as well, run: virsh attach-device ${identity.uuid} device.xml --config`,
          'While the VM has the device, it cannot be migrated, saved or suspended to disk.',
          'A program that has opened a disk of the device without mounting it, such as another VM, cannot be seen. Check with lsof.',
          ...shared(directory, device),
        ],
        commands: commandsOf(identity.uuid, device, driver),
      }
    } catch (error) {
      if (error instanceof KvminfoError) return { refused: error.message }
      throw error
    }
  },
}

function commandsOf(uuid: string, device: string, driver: string | null): string[] {
  const xml = hostDeviceXml(parsePciAddress(device)!, driver)
  return [`echo "${xml}" > device.xml`, `virsh attach-device ${uuid} device.xml --live`]
}

/** Of those that the program knows. libvirt and the kernel refuse to give a device to a second one. */
function noVmHas({ sample }: PlanInput, device: string): Precondition {
  const user = sample.vms.find(({ hostDevices }) => hostDevices.some(({ address }) => address === device))
  return {
    text: 'no VM has the device',
    holds: user === undefined,
    seen: user === undefined ? 'none of the running VMs' : `VM ${user.label} has it`,
  }
}

function canBePlugged(domain: Element, hasJob: boolean): Precondition {
  const obstacle = hasJob ? 'libvirt runs a job on the VM' : whyNoHotPlug(domain)
  return {
    text: 'a device can be plugged into the running VM',
    holds: obstacle === undefined,
    seen: obstacle ?? 'it has a free slot',
  }
}

function noBalloon(domain: Element): Precondition {
  const { all, current } = domainMemory(domain)
  return {
    text: 'the balloon holds no memory of the VM, because it would be locked all the same',
    holds: current >= all,
    seen: `the guest has ${sizeText(current * 1024)} of ${sizeText(all * 1024)}`,
  }
}

function memoryFits(input: PlanInput, vm: Vm, domain: Element): Precondition {
  const memory = lockedMemory(vm.pid, domainMemory(domain).all * 1024, input)
  const { missing, available } = memory
  return {
    text: 'the host has the memory of the VM, all of which will be locked, and a tenth of its own stays available',
    holds: leavesReserve(memory, missing),
    seen: `${sizeText(missing)} more for the VM, ${sizeText(available)} available`,
  }
}

/** A virtual function is the better choice where the device can have some: the host keeps the rest. */
function shared(directory: string, device: string): string[] {
  const most = virtualFunctions(directory)?.most
  return most === undefined
    ? []
    : [
        `The device can be shared, because it can have ${most} virtual functions: kvminfo tune functions ${device} 1`,
      ]
}
