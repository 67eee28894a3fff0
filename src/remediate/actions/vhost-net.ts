// Lets the host's kernel move the packets of a virtio network interface from the VM's next start on (thesis, 6.1).
import { readFileSync } from 'node:fs'
import { vhostNic } from '../definition/virtio.ts'
import type { Action } from './action.ts'
import { type DeviceAction, planDeviceChange } from './device-change.ts'
import { findNic } from './find-nic.ts'

const change: DeviceAction = {
  action: 'vhost-net',
  risk: 'low',
  measurement: {
    design: 'before-after',
    metric: 'userspace-per-packet',
    text: 'judged by the userspace exits for each packet of the network interfaces, before and after the restart',
  },
  next: 'vhost',
  candidates: ({ nics }) =>
    nics
      .filter(({ model, vhost }) => model === 'virtio' && vhost === false)
      .map(({ device, target }) => ({ device, target, now: 'QEMU moves the packets' })),
  find: findNic,
  edit: vhostNic,
  async proof({ procfs }) {
    const isLoaded = /^ *\d+ vhost-net$/m.test(readMisc(procfs))
    const seen = isLoaded ? 'it is loaded' : 'it is not; run: modprobe vhost_net'
    return { preconditions: [{ text: 'the host has vhost-net', holds: isLoaded, seen }] }
  },
}

/** The kernel's list of small character devices. */
function readMisc(procfs: string): string {
  try {
    return readFileSync(`${procfs}/misc`, 'utf8')
  } catch {
    return ''
  }
}

export const vhostNet: Action = {
  names: [change.action],
  plan: (input) => planDeviceChange(input, change),
}
