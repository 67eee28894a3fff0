// Gives a PCI device of the host to a VM (thesis, 6.2 and 6.3). Only a proposal: whether the host can spare the device is
// for a person to say, so the plan has nothing to execute.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Vm } from '../../model/vm.ts'
import { memoryReserve } from '../../policy/memory-reserve.ts'
import { hostMemory } from '../../sources/meminfo/available.ts'
import { managerOf, manages } from '../target/owner.ts'
import { type Action, noOwner, type Plan, type PlanInput, type Precondition, type Refusal } from './action.ts'
import { vmRuns } from './running-vm.ts'
import { sizeText } from './size-text.ts'

export const assignDevice: Action = {
  names: ['assign-device'],

  async plan(input): Promise<Plan | Refusal> {
    const { vm, identity, device, sysfs, procfs } = input
    if (vm === undefined || identity === undefined)
      return { refused: 'a device is for a VM; the alert names none' }
    const [, domain, bus, slot, fn] =
      /^([0-9a-f]{4}):([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/.exec(device ?? '') ?? []
    if (device === undefined || domain === undefined)
      return { refused: 'name the PCI device of the host, such as 0000:01:00.0' }
    const directory = join(sysfs, 'bus/pci/devices', device)
    if (!existsSync(directory)) return { refused: `the host has no PCI device ${device}` }
    const manager = managerOf(vm, procfs, undefined)
    const owner = manager !== undefined && manages(manager, 'assign-device') ? manager : undefined
    const address = `<address domain='0x${domain}' bus='0x${bus}' slot='0x${slot}' function='0x${fn}'/>`
    const xml = `<hostdev mode='subsystem' type='pci' managed='yes'><source>${address}</source></hostdev>`
    return {
      action: 'assign-device',
      target: { vm: { ...identity, label: vm.label }, device },
      changes: [{ what: device, now: driverText(directory), next: 'vfio-pci, in the VM' }],
      operations: [],
      takesEffect: 'live',
      isLeased: false,
      preconditions: [
        vmRuns(vm),
        ...groupOf(directory, device),
        notInUse(directory),
        notAssigned(input, device),
        memoryFits(input, vm),
      ],
      risk: 'critical',
      owner: owner?.name ?? noOwner,
      measurement: {
        design: 'none',
        metric: 'none',
        text: 'not measured; compare the userspace exits of the VM before and after',
      },
      undo: 'virsh detach-device with the same text, then check with virsh dumpxml that the device is gone: virsh says so also if the guest has kept it',
      commands:
        owner === undefined
          ? [
              ...functionsText(directory),
              `echo "${xml}" > device.xml`,
              `virsh attach-device ${identity.uuid ?? '<UUID>'} device.xml --live --config`,
            ]
          : manager?.manager === 'proxmox'
            ? [`qm set ${vm.owner?.name ?? '<vmid>'} --hostpci0 ${device}`]
            : [`# assign ${device} in ${owner.name}`],
      diff: undefined,
    }
  },
}

const linkName = (path: string): string | undefined => {
  try {
    return basename(readlinkSync(path))
  } catch {
    return undefined
  }
}

const names = (path: string): string[] => {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

const driverText = (directory: string): string => linkName(join(directory, 'driver')) ?? 'no driver'

/** All devices of a group must leave the host together, because the IOMMU cannot tell them apart. */
function groupOf(directory: string, device: string): Precondition[] {
  const group = linkName(join(directory, 'iommu_group'))
  const others = names(join(directory, 'iommu_group/devices')).filter((name) => name !== device)
  const staying = others.filter((name) => {
    const other = join(directory, 'iommu_group/devices', name)
    const isBridge = textOf(join(other, 'class')).startsWith('0x0604')
    const driver = linkName(join(other, 'driver'))
    return !isBridge && driver !== undefined && driver !== 'vfio-pci'
  })
  return [
    {
      text: 'the host has an IOMMU that isolates the device',
      holds: group !== undefined,
      seen:
        group === undefined
          ? 'the device is in no group; boot with intel_iommu=on, or with the IOMMU of AMD on'
          : `it is in group ${group}`,
    },
    {
      text: 'the host uses no other device of the group',
      holds: staying.length === 0,
      seen: staying.length === 0 ? `${others.length} others, none in use` : `in use: ${staying.join(', ')}`,
    },
  ]
}

/** Interfaces that are up, and disks. Whether a disk is mounted somewhere below is more than can be seen from here. */
function notInUse(directory: string): Precondition {
  const up = names(join(directory, 'net')).filter(
    (name) => textOf(join(directory, 'net', name, 'operstate')) === 'up',
  )
  const disks = names(join(directory, 'nvme')).concat(
    names(directory).filter((name) => /^(ata|host)\d+$/.test(name)),
  )
  const used = [...up, ...disks]
  return {
    text: 'the host itself does not use the device',
    holds: used.length === 0,
    seen: used.length === 0 ? 'no interface is up, and no disks are attached' : `in use: ${used.join(', ')}`,
  }
}

function notAssigned({ sample }: PlanInput, device: string): Precondition {
  const user = sample.vms.find(({ hostDevices }) => hostDevices.some(({ address }) => address === device))
  return {
    text: 'no VM has the device',
    holds: user === undefined,
    seen: user === undefined ? 'none of the running VMs' : `VM ${user.label} has it`,
  }
}

/** A device can write to all memory of its VM, so all of it is held in place. */
function memoryFits({ sample, procfs }: PlanInput, vm: Vm): Precondition {
  const used = sample.vmMemory?.get(vm.pid)
  const { total, available } = hostMemory(procfs)
  const missing =
    vm.memoryMaxBytes === undefined || used === undefined
      ? undefined
      : Math.max(0, vm.memoryMaxBytes - used.residentBytes - used.hugetlbBytes)
  return {
    text: 'the host has the memory of the VM, all of which will be locked, and a tenth of its own stays available',
    holds: missing !== undefined && available - missing >= memoryReserve(total),
    seen:
      missing === undefined
        ? 'the memory of the VM is not known'
        : `${sizeText(missing)} more for the VM, ${sizeText(available)} available`,
  }
}

/** A virtual function is the better choice where the device has some: the host keeps the rest. */
function functionsText(directory: string): string[] {
  const total = Number(textOf(join(directory, 'sriov_totalvfs')))
  return total > 0
    ? [
        `# the device can be shared (SR-IOV, ${total} functions): echo 1 > ${directory}/sriov_numvfs, and assign the new device`,
      ]
    : []
}
