// What a VM is: identity, age, size, devices.
import { gauge, info, type Metric } from './metric.ts'

export const vmInfo = info(
  'kvminfo_vm_info',
  'A running VM, always 1: process ID, UUID, machine type, and the source of its name (libvirt, cmdline or none).',
  ['vm', 'pid', 'uuid', 'machine', 'source'],
)

export const vmState = info(
  'kvminfo_vm_state_info',
  "What the VM does, always 1: running, paused, migrating, shutdown, crashed, suspended (the guest sleeps) or hung (QEMU said that the VM runs and has not answered QMP since then); from libvirt's status file or QMP. Absent if no source says it.",
  ['vm', 'state'],
)

export const vmOwner = info(
  'kvminfo_vm_owner_info',
  'Whom the VM belongs to, always 1: the manager (nova, kubevirt or proxmox), its name for the VM (Proxmox: the VMID), the group (project of Nova, namespace of KubeVirt), and the flavor of Nova. Absent if the manager is not known.',
  ['vm', 'manager', 'name', 'group', 'flavor'],
)

export const vmStartTime = gauge(
  'kvminfo_vm_start_time_seconds',
  'Start time of the VM process in seconds since the Unix epoch.',
  ['vm'],
)

export const vmVcpus = gauge(
  'kvminfo_vm_vcpus',
  'Number of vCPU threads of the VM that are alive now. Absent if they are not known.',
  ['vm'],
)

export const diskInfo = info(
  'kvminfo_vm_disk_info',
  'A disk of the VM, always 1: device (id of QEMU, alias of libvirt), bus, cache mode, format, whether QEMU emulates its controller, and the target of libvirt (vda; empty if only the command line is readable). Another empty label means that the setting is not stated, so the default of the VMM applies.',
  ['vm', 'device', 'bus', 'cache', 'format', 'emulated', 'target'],
)

export const nicInfo = info(
  'kvminfo_vm_nic_info',
  'A network interface of the VM, always 1: device (id of QEMU, alias of libvirt), model, whether vhost carries its data in the kernel (empty if not known), whether QEMU emulates it, and the interface of the host (vnet0; empty if only the command line is readable).',
  ['vm', 'device', 'model', 'vhost', 'emulated', 'target'],
)

export const hostDeviceInfo = info(
  'kvminfo_vm_host_device_info',
  'A device of the host that the VM uses itself, always 1: device (id of QEMU, alias of libvirt), type (pci, mdev, platform or usb), driver of QEMU, and address on the host (PCI address, UUID of an mdev, USB bus/device, port or vendor:product).',
  ['vm', 'device', 'type', 'driver', 'address'],
)

export const vmMetrics: readonly Metric[] = [
  vmInfo,
  vmState,
  vmOwner,
  vmStartTime,
  vmVcpus,
  diskInfo,
  nicInfo,
  hostDeviceInfo,
]
