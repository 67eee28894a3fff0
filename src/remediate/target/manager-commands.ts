// What a person would type in the system that manages a VM, for changes of its devices.
import { readFileSync } from 'node:fs'
import type { Vm } from '../../model/vm.ts'
import type { VmManager } from './owner.ts'
import { proxmoxDiskCommands, proxmoxNicCommands } from './proxmox.ts'

/** What is to be done with which device. */
export interface DeviceChange {
  readonly action: 'virtio-disk' | 'virtio-nic' | 'vhost-net'
  /** QEMU's id of the device. */
  readonly device: string
}

/** A line that begins with `#` is what has no command. */
export function managerCommands(
  { manager }: VmManager,
  { uuid, owner, label }: Pick<Vm, 'uuid' | 'owner' | 'label'>,
  { action, device }: DeviceChange,
): string[] {
  const isDisk = action === 'virtio-disk'
  if (action === 'vhost-net')
    return ['# remove the setting that keeps vhost-net off in the system that manages the VM']
  switch (manager) {
    case 'proxmox': {
      const vmid = owner?.name ?? '<vmid>'
      return (isDisk ? proxmoxDiskCommands : proxmoxNicCommands)(vmid, device, proxmoxConfiguration(vmid))
    }
    case 'nova': {
      const property = isDisk ? 'hw_disk_bus=virtio' : 'hw_vif_model=virtio'
      return [
        `openstack server stop ${uuid}`,
        `nova-manage image_property set ${uuid} --property ${property}`,
        `openstack server start ${uuid}`,
      ]
    }
    case 'kubevirt': {
      const where = isDisk ? 'devices.disks[].disk.bus' : 'devices.interfaces[].model'
      const { name, namespace } = kubevirtName(owner, label)
      return [
        `kubectl edit vm ${name} --namespace ${namespace} # spec.template.spec.domain.${where}: virtio`,
        `virtctl restart ${name} --namespace ${namespace}`,
      ]
    }
    case 'ovirt':
      return [
        `# oVirt: shut the VM down, set the ${isDisk ? 'interface of its disk' : 'type of its network interface'} to VirtIO, start it`,
      ]
    case 'opennebula':
      return [
        `# OpenNebula: set ${isDisk ? 'TARGET="vda" of its DISK' : 'MODEL="virtio" of its NIC'} in the template of the VM, then power it off and resume it`,
      ]
    case 'cloudstack':
      return [
        `# CloudStack: stop the VM, set its detail ${isDisk ? 'rootDiskController' : 'nicAdapter'} to virtio, start it`,
      ]
    case 'unknown':
      return [
        `# make the ${isDisk ? 'disk' : 'network interface'} ${device} virtio in the program that manages the VM`,
      ]
  }
}

/** The name of the domain is <namespace>_<name>. */
function kubevirtName(
  owner: Vm['owner'],
  label: string,
): { readonly name: string; readonly namespace: string } {
  const [, group = '<namespace>', vm = '<name>'] = /^([a-z0-9-]+)_([a-z0-9.-]+)$/.exec(label) ?? []
  return { name: owner?.name ?? vm, namespace: owner?.group ?? group }
}

/** What puts the memory of a VM on pages of 2 MiB. */
export function hugePageCommands(
  { manager, name }: VmManager,
  { owner, label, uuid }: Pick<Vm, 'owner' | 'label' | 'uuid'>,
): string[] {
  switch (manager) {
    case 'proxmox': {
      const vmid = owner?.name ?? '<vmid>'
      return [`qm set ${vmid} --numa 1 --hugepages 2`, `qm shutdown ${vmid}`, `qm start ${vmid}`]
    }
    case 'nova':
      return [
        '# OpenStack: choose or make a flavor with the property hw:mem_page_size=2048',
        `openstack server resize --flavor <flavor> ${uuid}`,
        `openstack server resize confirm ${uuid}`,
      ]
    case 'kubevirt': {
      const { name: vm, namespace } = kubevirtName(owner, label)
      return [
        `kubectl edit vm ${vm} --namespace ${namespace} # spec.template.spec.domain.memory.hugepages.pageSize: 2Mi`,
        `virtctl restart ${vm} --namespace ${namespace}`,
      ]
    }
    case 'ovirt':
      return ['# oVirt: set the custom property hugepages=2048 of the VM, shut it down, start it']
    case 'opennebula':
      return [
        '# OpenNebula: set HUGEPAGE_SIZE="2" of TOPOLOGY in the template of the VM, then power it off and resume it',
      ]
    default:
      return [`# put the memory of the VM on huge pages of 2 MiB in ${name}, and restart it`]
  }
}

/** `weight`: on the scale of the host's control groups. */
export function weightCommands(
  { manager, name }: VmManager,
  { owner }: Pick<Vm, 'owner'>,
  weight: number,
): string[] {
  return manager === 'proxmox'
    ? [`qm set ${owner?.name ?? '<vmid>'} --cpuunits ${weight}`]
    : [`# raise the VM's CPU weight or shares to ${weight} in ${name}`]
}

/** `kib`: what is left to the guest. */
export function balloonCommands({ name }: VmManager, kib: number): string[] {
  return [`# set the VM's memory to ${Math.floor(kib / 1024)} MiB in ${name}`]
}

/** undefined if this user may not read it. */
function proxmoxConfiguration(vmid: string): string | undefined {
  if (!/^\d{1,10}$/.test(vmid)) return undefined
  try {
    return readFileSync(`/etc/pve/qemu-server/${vmid}.conf`, 'utf8')
  } catch {
    return undefined
  }
}
