// What the actions are called, and what to type.
import { actionNames } from '../../model/remediation.ts'
import type { Action } from '../document.ts'

const texts: Partial<Readonly<Record<Action['action'], string>>> = {
  'fewer-vcpus': 'Give the VM fewer vCPUs',
  'more-vcpus': 'Give the VM more vCPUs',
  'less-memory': 'Give the VM less memory',
  'move-vms': 'Move VMs to other hosts',
  'more-memory': 'Plan more memory, or fewer VMs',
  'more-cpus': 'Plan more CPUs, or fewer VMs',
  'more-huge-pages': 'Plan a larger pool of huge pages',
  'sched-tier': 'Put the VM into tier 2',
  'cpu-weight': "Raise the VM's CPU weight, or move it",
  hugepages: 'Back the VM with huge pages',
  'ksm-off': 'Stop KSM',
  'balloon-deflate': 'Give the memory of the balloon back',
  'virtio-disk': 'Move the disk to virtio',
  'virtio-nic': 'Move the NIC to virtio',
  'vhost-net': 'Switch vhost on for the NIC',
}

export const actionText = (action: Action['action']): string => texts[action] ?? action

/** The command that plans it, for actions that kvminfo remediate has; to be typed on the host. Otherwise empty. */
export function commandText({ action, vm }: Action): string {
  if (!(actionNames as readonly string[]).includes(action)) return ''
  // A name that a shell would read otherwise is left to the operator.
  const name = vm !== null && /^[\w.@:-]+$/.test(vm) ? vm : '<vm>'
  return `kvminfo remediate plan ${action}${vm === null ? '' : ` ${name}`}`
}
