// What a VM is: identity, age, size, devices.
import { gauge, info, type Metric } from './metric.ts'

export const vmInfo = info(
  'kvminfo_vm_info',
  'A running VM, always 1: process id, UUID, machine type, and the source that named it (libvirt, cmdline or none).',
  ['vm', 'pid', 'uuid', 'machine', 'source'],
)

export const vmStartTime = gauge(
  'kvminfo_vm_start_time_seconds',
  'Start of the VM process in seconds since the Unix epoch.',
  ['vm'],
)

export const vmVcpus = gauge(
  'kvminfo_vm_vcpus',
  'Number of vCPU threads of the VM that are alive now. Absent where they cannot be told.',
  ['vm'],
)

export const diskInfo = info(
  'kvminfo_vm_disk_info',
  'A disk of the VM, always 1: device, bus, cache mode, format, and whether QEMU emulates its controller. An empty label was not stated, the default of the VMM holds.',
  ['vm', 'device', 'bus', 'cache', 'format', 'emulated'],
)

export const nicInfo = info(
  'kvminfo_vm_nic_info',
  'A network interface of the VM, always 1: device, model, whether vhost carries its data in the kernel (empty: cannot be told), and whether QEMU emulates it.',
  ['vm', 'device', 'model', 'vhost', 'emulated'],
)

export const vmMetrics: readonly Metric[] = [vmInfo, vmStartTime, vmVcpus, diskInfo, nicInfo]
